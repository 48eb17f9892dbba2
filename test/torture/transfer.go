package main

import (
	"errors"
	"fmt"
	"math/rand"
	"time"
)

// A transfer moves money between two accounts, in one transaction with a
// ClientRequestToken.  One without an answer is sent again until it has one, so
// it counts once; nothing but the token sees to that, since a transfer may be
// carried out again on any accounts that hold enough.
//
// One by TransactWriteItems counts its receipt up, to 1.  One by
// ExecuteTransaction has neither condition nor receipt; the client keeps
// account of what it moved.
type transfer struct {
	value        int64 // names it
	payer, payee int
	amount       int64
	partiql      bool
	answered     time.Time
}

// transfers is what one client knows of its own.
type transfers struct {
	moved        [accounts]int64 // without receipts
	recent       []transfer      // acknowledged, to be repeated
	acknowledged int
	unanswered   int // sent again without an answer to the first time
	replayed     int // of these, those that had happened
	repeated     int // sent again although acknowledged
}

const (
	// A token counts for ten minutes: repeats come well before.
	repeatWithin = 5 * time.Minute
	answerWithin = 3 * time.Minute // recovery included

	recentTransfers = 200 // some seconds', so that hits lie between
)

func accountName(i int) string     { return fmt.Sprintf("a%d", i) }
func (m transfer) receipt() change { return change{name: fmt.Sprintf("t%d", m.value), to: m.value} }

// request is always the same for the same transfer.
func (m transfer) request() (string, object) {
	request := object{"ClientRequestToken": fmt.Sprintf("transfer-%d", m.value), "ReturnConsumedCapacity": "TOTAL"}
	if m.partiql {
		const move = `UPDATE "` + table + `" SET v = v + ? WHERE pk = ? AND sk = '0'`
		request["TransactStatements"] = []object{
			statement(move, n(-m.amount), s(accountName(m.payer))),
			statement(move, n(m.amount), s(accountName(m.payee)))}
		return "ExecuteTransaction", request
	}
	update := func(name, expression string, values object) object {
		return object{"TableName": table, "Key": key(name), "UpdateExpression": expression, "ExpressionAttributeValues": values}
	}
	pay := update(accountName(m.payer), "SET v = v - :n", object{":n": n(m.amount)})
	pay["ConditionExpression"] = "v >= :n"
	request["TransactItems"] = []object{
		{"Update": pay},
		{"Update": update(accountName(m.payee), "ADD v :n", object{":n": n(m.amount)})},
		{"Update": update(m.receipt().name, "SET v = :v, payer = :payer, payee = :payee, amount = :n ADD times :one",
			object{":v": n(m.value), ":payer": n(int64(m.payer)), ":payee": n(int64(m.payee)), ":n": n(m.amount), ":one": n(1)})}}
	return "TransactWriteItems", request
}

// isReplay tells an answer to what had happened before: it says what reading
// the items costs.
func isReplay(answer object) bool {
	capacity, _ := answer["ConsumedCapacity"].([]any)
	if len(capacity) == 0 {
		return false
	}
	table, _ := capacity[0].(object)
	return table["ReadCapacityUnits"] != nil
}

// callUntilAnswered sends a request with a ClientRequestToken, and the very
// same again while there is no answer; lost: that was so.  The error is that of
// the answer; after a lost one only success is certain, since what was sent
// before may come late.
func (t *torture) callUntilAnswered(operation string, request object) (answer object, lost bool, err error) {
	for limit := time.Now().Add(answerWithin); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		answer, err = t.call(operation, request)
		t.count(operation, err)
		var api *apiError
		result, notDone := classify(err)
		switch {
		case result == unknown && errors.As(err, &api) && api.status < 500:
			return nil, lost, err // the request is wrong, and counted as a problem
		case result == unknown:
			lost = true
		case !notDone || !lost:
			return answer, lost, err
		}
	}
	t.problem("no answer to %s in %v: %v", operation, answerWithin, err)
	return nil, true, errors.New("no answer")
}

func (t *torture) transfer(id int, random *rand.Rand) {
	own := &t.transfers[id]
	if len(own.recent) > 0 && random.Intn(16) == 0 {
		m := own.recent[random.Intn(len(own.recent))]
		if time.Since(m.answered) > repeatWithin {
			return
		}
		own.repeated++
		if random.Intn(4) == 0 {
			t.repeatWithOthers(m)
		} else {
			t.repeat(m)
		}
		return
	}
	payer := random.Intn(accounts)
	m := transfer{value: t.value.Add(1), payer: payer, payee: (payer + 1 + random.Intn(accounts-1)) % accounts,
		amount: int64(1 + random.Intn(20)), partiql: random.Intn(2) == 0}
	operation, request := m.request()
	answer, lost, err := t.callUntilAnswered(operation, request)
	if lost {
		own.unanswered++
		if isReplay(answer) {
			own.replayed++
		}
		if err != nil {
			err = errors.New("refused, but may have happened, or come late")
		}
	}
	if !m.partiql {
		t.ledgers[id].note(err, m.receipt()) // refused: the payer's condition, not the receipt's
	}
	if err != nil {
		return
	}
	if m.partiql {
		own.moved[m.payer] -= m.amount
		own.moved[m.payee] += m.amount
	}
	own.acknowledged++
	m.answered = time.Now()
	if len(own.recent) < recentTransfers {
		own.recent = append(own.recent, m)
	} else {
		own.recent[random.Intn(recentTransfers)] = m
	}
}

// repeat sends an acknowledged transfer again, as if its answer had been lost:
// it succeeds, and does nothing.
func (t *torture) repeat(m transfer) {
	operation, request := m.request()
	answer, err := t.call(operation, request)
	t.count(operation, err)
	result, notDone := classify(err)
	if result == happened && !isReplay(answer) || result == refused && !notDone {
		t.problem("%s %d was carried out again: %v", operation, m.value, err)
	}
}

// repeatWithOthers sends another transfer with the token of an acknowledged
// one: it is not carried out.
func (t *torture) repeatWithOthers(m transfer) {
	m.amount++
	operation, request := m.request()
	_, err := t.call(operation, request)
	var api *apiError
	if errors.As(err, &api) && api.name == "IdempotentParameterMismatchException" {
		t.answered.Add(1)
		return
	}
	t.count(operation, err)
	if result, notDone := classify(err); result == happened || result == refused && !notDone {
		t.problem("%s %d did not keep its token from other parameters: %v", operation, m.value, err)
	}
}

// checkAccounts compares accounts and receipts with each other and with what
// was moved without receipts.
func checkAccounts(items []any, moved [accounts]int64) []string {
	var problems []string
	held := map[string]int64{}
	for _, item := range items {
		name := text(item, "pk")
		if name[0] == 'a' {
			held[name] = number(item, "v")
		}
		if name[0] != 't' {
			continue
		}
		if times := number(item, "times"); times != 1 {
			problems = append(problems, fmt.Sprintf("transfer %s was counted %d times", name, times))
		}
		moved[number(item, "payer")] -= number(item, "amount")
		moved[number(item, "payee")] += number(item, "amount")
	}
	for i, amount := range moved {
		if name := accountName(i); held[name] != opening+amount {
			problems = append(problems, fmt.Sprintf("account %s holds %d, not %d", name, held[name], opening+amount))
		}
	}
	return problems
}
