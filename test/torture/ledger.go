package main

import (
	"errors"
	"fmt"
	"math/rand"
)

// ledger is what one client knows of items that it alone writes.  An item is
// not written again after a write without an answer, which may still happen.
type ledger struct {
	want    map[string]int64 // what must be there in the end; 0: no item
	alive   []string         // items to write again
	open    [][]change       // without an answer: each wholly done or not at all
	refused int
}

// before are the changes from what the items are, which may not be what their
// conditions ask for; holds: it is.
func (l *ledger) before(changes []change) (actual []change, holds bool) {
	holds = true
	for _, c := range changes {
		if c.from != l.want[c.name] {
			holds = false
		}
		c.from = l.want[c.name]
		actual = append(actual, c)
	}
	return actual, holds
}

// note remembers what became of changes that happen together or not at all,
// and tells what is wrong with that.
func (l *ledger) note(err error, changes ...change) string {
	result, notDone := classify(err)
	actual, holds := l.before(changes)
	problem := ""
	switch {
	case result == happened && !holds:
		problem = fmt.Sprintf("%v happened, though its condition does not hold", changes)
	case result == refused && !notDone && holds:
		problem = fmt.Sprintf("%v was refused, though its condition holds", changes)
	}
	if result == unknown && !holds {
		result = refused // it must be
	}
	if result == refused {
		l.refused++
	}
	var open []change
	for _, c := range actual {
		switch {
		case result == happened && c.from != c.to:
			l.set(c.name, c.to)
		case result == unknown && c.from != c.to:
			delete(l.want, c.name)
			open = append(open, c)
		default:
			l.set(c.name, c.from)
		}
	}
	if open != nil {
		l.open = append(l.open, open)
	}
	return problem
}

func (l *ledger) set(name string, value int64) {
	l.want[name] = value
	if value != 0 {
		l.alive = append(l.alive, name)
	}
}

// check compares the ledger with the values of all items there are.
func (l *ledger) check(items map[string]int64) []string {
	var problems []string
	for name, value := range l.want {
		switch found := items[name]; {
		case found == value:
		case value == 0:
			problems = append(problems, fmt.Sprintf("item %s, refused or deleted, is there", name))
		case found == 0:
			problems = append(problems, fmt.Sprintf("acknowledged item %s is lost", name))
		default:
			problems = append(problems, fmt.Sprintf("item %s is %d, not %d", name, found, value))
		}
	}
	for _, changes := range l.open {
		done, undone := 0, 0
		for _, c := range changes {
			switch items[c.name] {
			case c.to:
				done++
			case c.from:
				undone++
			}
		}
		if done != len(changes) && undone != len(changes) {
			problems = append(problems, fmt.Sprintf("%v is done in %d and not in %d of %d parts", changes, done, undone, len(changes)))
		}
	}
	return problems
}

// take takes one item that is there from the items to write again; note puts
// it back.
func (l *ledger) take(random *rand.Rand) string {
	i, last := random.Intn(len(l.alive)), len(l.alive)-1
	name := l.alive[i]
	l.alive[i] = l.alive[last]
	l.alive = l.alive[:last]
	return name
}

// draw is a change of some item: a new one, another value, or the end.
func (l *ledger) draw(random *rand.Rand, value int64) change {
	if len(l.alive) == 0 || random.Intn(2) == 0 {
		return change{name: fmt.Sprintf("l%d", value), to: value}
	}
	name := l.take(random)
	c := change{name: name, from: l.want[name], to: value}
	if random.Intn(2) == 0 {
		c.to = 0
	}
	return c
}

// drawCheck is a check of an item that is there.
func (l *ledger) drawCheck(random *rand.Rand) change {
	name := l.take(random)
	return change{name: name, from: l.want[name], to: l.want[name]}
}

// mistake gives one in eight changes a condition that does not hold.
func mistake(random *rand.Rand, c change) change {
	switch {
	case random.Intn(8) != 0:
	case c.from == c.to:
		c.from, c.to = -1, -1
	case c.from != 0 && c.to != 0 && random.Intn(2) == 0:
		c.from = 0 // a Put or INSERT of what is already there
	default:
		c.from = -1
	}
	return c
}

// ledgerOperation writes one item, or some in a batch or a transaction, or
// counts up the client's counter.
func (t *torture) ledgerOperation(id int, random *rand.Rand) {
	l := &t.ledgers[id]
	one := func() change { return l.draw(random, t.value.Add(1)) }
	switch random.Intn(8) {
	case 0, 1:
		c := mistake(random, one())
		name, request := c.write(random.Intn(2) == 0)
		_, err := t.call(name+"Item", request)
		t.noteLedger(id, name+"Item", err, c)
	case 2:
		c := mistake(random, one())
		_, err := t.call("ExecuteStatement", c.statement())
		t.noteLedger(id, "ExecuteStatement", err, c)
	case 3:
		t.ledgerBatch(id, []change{one(), one(), one(), one()})
	case 4:
		t.ledgerStatements(id, []change{mistake(random, one()), mistake(random, one()), mistake(random, one())})
	case 5:
		t.ledgerTransaction(id, random, []change{one(), one(), one()})
	case 6:
		t.noteCounted(id, "UpdateItem", object{"TableName": table, "Key": key(counterName(id)),
			"UpdateExpression": "ADD v :one", "ExpressionAttributeValues": object{":one": n(1)}})
	default:
		t.noteCounted(id, "ExecuteStatement",
			statement(`UPDATE "`+table+`" SET v = v + 1 WHERE pk = ? AND sk = '0'`, s(counterName(id))))
	}
}

func (t *torture) noteLedger(id int, operation string, err error, changes ...change) {
	t.count(operation, err)
	if problem := t.ledgers[id].note(err, changes...); problem != "" {
		t.problem("%s: %s", operation, problem)
	}
}

func (t *torture) ledgerBatch(id int, changes []change) {
	var requests []object
	for _, c := range changes {
		requests = append(requests, c.batchRequest())
	}
	answer, err := t.call("BatchWriteItem", object{"RequestItems": object{table: requests}})
	if left, _ := answer["UnprocessedItems"].(object); len(left) > 0 {
		err = errors.New("some writes may be done, some not")
	}
	t.count("BatchWriteItem", err)
	for _, c := range changes {
		if problem := t.ledgers[id].note(err, c); problem != "" {
			t.problem("BatchWriteItem: %s", problem)
		}
	}
}

// ledgerStatements is a BatchExecuteStatement: every statement has an answer of
// its own.
func (t *torture) ledgerStatements(id int, changes []change) {
	var statements []object
	for _, c := range changes {
		statements = append(statements, c.statement())
	}
	answer, err := t.call("BatchExecuteStatement", object{"Statements": statements})
	t.count("BatchExecuteStatement", err)
	for i, c := range changes {
		one := err
		if err == nil {
			one = statementError(answer, i)
		}
		if problem := t.ledgers[id].note(one, c); problem != "" {
			t.problem("BatchExecuteStatement: %s", problem)
		}
	}
}

// statementError is the error of one statement of a batch, named as if it had
// been a request of its own.
func statementError(answer object, i int) error {
	response, _ := answer["Responses"].([]any)[i].(object)
	fault, _ := response["Error"].(object)
	if fault == nil {
		return nil
	}
	code, _ := fault["Code"].(string)
	message, _ := fault["Message"].(string)
	return &apiError{400, code + "Exception", message, answer}
}

// ledgerTransaction makes changes, and checks one more item, in one
// transaction of either kind.
func (t *torture) ledgerTransaction(id int, random *rand.Rand, changes []change) {
	if len(t.ledgers[id].alive) > 0 {
		changes = append(changes, t.ledgers[id].drawCheck(random))
	}
	if i := random.Intn(2 * len(changes)); i < len(changes) {
		changes[i] = mistake(random, changes[i])
	}
	if random.Intn(2) == 0 {
		var statements []object
		for _, c := range changes {
			statements = append(statements, c.statement())
		}
		_, err := t.call("ExecuteTransaction", object{"TransactStatements": statements})
		t.noteLedger(id, "ExecuteTransaction", err, changes...)
		return
	}
	var actions []object
	for _, c := range changes {
		actions = append(actions, c.action(random.Intn(2) == 0))
	}
	_, err := t.call("TransactWriteItems", object{"TransactItems": actions})
	t.noteLedger(id, "TransactWriteItems", err, changes...)
}

// counter is what a client knows of the one item that it alone counts up.
type counter struct{ acknowledged, unknown int64 }

func counterName(id int) string { return fmt.Sprintf("c%d", id) }

// noteCounted carries out a request that counts up the client's counter.
func (t *torture) noteCounted(id int, operation string, request object) {
	_, err := t.call(operation, request)
	switch result, _ := classify(err); result {
	case happened:
		t.counters[id].acknowledged++
	case unknown:
		t.counters[id].unknown++
	}
	t.count(operation, err)
}
