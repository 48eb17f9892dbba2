// Torture: a mixed load on a database whose processes are killed, again and
// again, and a checker that knows every acknowledged write.
//
//	make torture            bounded, about MINUTES (10)
//
// The program owns a Postgres cluster and a bridge, both its own.  Three
// loads run at once:
//
//   - registers: reads, writes, swaps and transactions on few keys; the
//     history must be linearizable (Porcupine decides)
//   - ledger: every item is written once, by each operation that can; each
//     acknowledged one must be there at the end, each transaction of four
//     wholly or not at all.  Beside it counters, of one client each, count
//     what was acknowledged, and of what got no answer at most all
//   - accounts: transfers by transaction, each with a receipt in the ledger;
//     they hold what the receipts come to
//
// while backends, the postmaster or the bridge are ended with SIGKILL, the disk
// is full for relations or WAL, or others take all connections.  What was
// answered with ServiceUnavailableException must not have happened.
//
// Every index must agree with its table, by dynamo.check and by amcheck, after
// every few hits, while the load goes on, and at the end, then also by reading
// it and computing from the items what it should hold.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	table    = "Torture"
	pairs    = 12
	accounts = 20
	opening  = 1000 // of each account

	hitsBetweenChecks = 5 // of the indexes
)

type torture struct {
	*client
	*server
	history  history
	stopping atomic.Bool
	epoch    atomic.Int64 // one more after each recovery: new registers
	value    atomic.Int64 // every write writes a value of its own
	ledger   sync.Map     // acknowledged items: key -> value
	counters []counter    // of each client
	batches  sync.Map     // transactions of four: id -> acknowledged, or else refused
	refused  sync.Map     // items that were refused: key -> true
	answered atomic.Int64
	lost     atomic.Int64 // requests without an answer
	mutex    sync.Mutex   // for problems
	problems []string
}

// counter is what a client knows of the one item that it alone counts up.
type counter struct{ acknowledged, unknown int64 }

func s(text string) object   { return object{"S": text} }
func n(number int64) object  { return object{"N": strconv.FormatInt(number, 10)} }
func key(name string) object { return object{"pk": s(name), "sk": s("0")} }

func number(item any, attribute string) int64 {
	m, _ := item.(object)
	a, _ := m[attribute].(object)
	text, _ := a["N"].(string)
	v, _ := strconv.ParseInt(text, 10, 64)
	return v
}

func (t *torture) problem(format string, arguments ...any) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.problems = append(t.problems, fmt.Sprintf(format, arguments...))
	fmt.Println("PROBLEM:", t.problems[len(t.problems)-1])
}

func registerKey(pair, register int) object { return key(fmt.Sprintf("r%d.%d", pair, register)) }

// holds is the condition that a register has a value; 0 is a missing item.
func holds(value int64) (string, object) {
	if value == 0 {
		return "attribute_not_exists(pk)", nil
	}
	return "v = :old", object{":old": n(value)}
}

func putRegister(pair, register int, value int64) object {
	item := registerKey(pair, register)
	item["v"] = n(value)
	return object{"TableName": table, "Item": item}
}

func withCondition(request object, old int64) object {
	condition, values := holds(old)
	request["ConditionExpression"] = condition
	if values != nil {
		request["ExpressionAttributeValues"] = values
	}
	return request
}

// registerOperation carries out one random operation on one pair.
//
// An operation without an answer stays open to the end of its history, and
// each open one doubles what the checker may have to look at.  So a client
// that got no answer waits for the recovery, and after it everybody goes on
// with new registers.
func (t *torture) registerOperation(id int, random *rand.Rand, seen []registers) {
	epoch := t.epoch.Load()
	slot := random.Intn(pairs)
	in := opInput{pair: int(epoch)*pairs + slot, register: random.Intn(2), kind: opKind(random.Intn(6))}
	last := &seen[slot]
	value := t.value.Add(1)
	var out opOutput
	var answer object
	var err error

	call := time.Now()
	switch in.kind {
	case opRead:
		answer, err = t.call("GetItem", object{"TableName": table, "Key": registerKey(in.pair, in.register), "ConsistentRead": true})
		out.read[0] = number(answer["Item"], "v")
	case opWrite:
		if random.Intn(5) == 0 {
			_, err = t.call("DeleteItem", object{"TableName": table, "Key": registerKey(in.pair, in.register)})
		} else {
			in.to[0] = value
			_, err = t.call("PutItem", putRegister(in.pair, in.register, value))
		}
	case opSwap:
		in.from[0], in.to[0] = last[in.register], value
		_, err = t.call("PutItem", withCondition(putRegister(in.pair, in.register, value), in.from[0]))
	case opWritePair, opTransferPair:
		var actions []object
		if in.kind == opTransferPair {
			in.from = *last
		}
		for r := 0; r < 2; r++ {
			in.to[r] = value
			put := putRegister(in.pair, r, value)
			if in.kind == opTransferPair {
				withCondition(put, in.from[r])
			}
			actions = append(actions, object{"Put": put})
		}
		_, err = t.call("TransactWriteItems", object{"TransactItems": actions})
	case opReadPair:
		answer, err = t.call("TransactGetItems", object{"TransactItems": []object{
			{"Get": object{"TableName": table, "Key": registerKey(in.pair, 0)}},
			{"Get": object{"TableName": table, "Key": registerKey(in.pair, 1)}}}})
		if responses, ok := answer["Responses"].([]any); ok {
			for r := range out.read {
				out.read[r] = number(responses[r].(object)["Item"], "v")
			}
		}
	}
	done := time.Now()

	result, notDone := classify(err)
	out.outcome = result
	t.count(err)
	if notDone {
		return // surely without effect
	}
	t.history.add(id, in, out, call, done)
	for result == unknown && t.epoch.Load() == epoch && !t.stopping.Load() {
		time.Sleep(50 * time.Millisecond)
	}
	switch {
	case in.kind == opRead:
		last[in.register] = out.read[0]
	case in.kind == opReadPair:
		*last = out.read
	case result == happened && (in.kind == opWrite || in.kind == opSwap):
		last[in.register] = in.to[0]
	case result == happened:
		*last = in.to
	}
}

func (t *torture) count(err error) {
	var api *apiError
	if err != nil && !errors.As(err, &api) {
		t.lost.Add(1)
		time.Sleep(20 * time.Millisecond) // the server is away
		return
	}
	t.answered.Add(1)
	if result, _ := classify(err); result == unknown && api.status < 500 {
		t.problem("%v", err) // no request of this program is wrong
	}
}

// note remembers what became of items that are written once, with one value.
func (t *torture) note(value int64, err error, names ...string) {
	result, notDone := classify(err)
	for _, name := range names {
		if result == happened {
			t.ledger.Store(name, value)
		} else if result == refused || notDone {
			t.refused.Store(name, true)
		}
	}
	t.count(err)
}

// ledgerItem is an item that is written once; group is its key in by_group.
func ledgerItem(name string, value, group int64) object {
	item := key(name)
	item["v"], item["g"] = n(value), s(fmt.Sprintf("group%d", group))
	return item
}

// ledgerOperation writes one new item, or four in a batch or a transaction, or
// counts up the client's counter.
func (t *torture) ledgerOperation(id int, random *rand.Rand) {
	value := t.value.Add(1)
	name := fmt.Sprintf("l%d", value)
	switch random.Intn(7) {
	case 0, 1:
		_, err := t.call("PutItem", object{"TableName": table, "Item": ledgerItem(name, value, value%7),
			"ConditionExpression": "attribute_not_exists(pk)"})
		t.note(value, err, name)
	case 2:
		_, err := t.call("ExecuteStatement", object{
			"Statement":  `INSERT INTO "` + table + `" VALUE {'pk': ?, 'sk': '0', 'v': ?, 'g': ?}`,
			"Parameters": []object{s(name), n(value), s(fmt.Sprintf("group%d", value%7))}})
		t.note(value, err, name)
	case 3:
		var puts []object
		var names []string
		for i := int64(0); i < 4; i++ {
			names = append(names, fmt.Sprintf("%s.%d", name, i))
			puts = append(puts, object{"PutRequest": object{"Item": ledgerItem(names[i], value, i)}})
		}
		answer, err := t.call("BatchWriteItem", object{"RequestItems": object{table: puts}})
		if left, _ := answer["UnprocessedItems"].(object); len(left) > 0 {
			err = errors.New("some puts may be done, some not")
		}
		t.note(value, err, names...)
	case 4:
		var actions []object
		for i := int64(0); i < 4; i++ {
			actions = append(actions, object{"Put": object{"TableName": table,
				"Item": ledgerItem(fmt.Sprintf("b%d.%d", value, i), value, i)}})
		}
		_, err := t.call("TransactWriteItems", object{"TransactItems": actions})
		if _, notDone := classify(err); err == nil || notDone {
			t.batches.Store(value, err == nil)
		}
		t.count(err)
	case 5:
		t.noteCounted(id, "UpdateItem", object{"TableName": table, "Key": key(counterName(id)),
			"UpdateExpression": "ADD v :one", "ExpressionAttributeValues": object{":one": n(1)}})
	default:
		t.noteCounted(id, "ExecuteStatement", object{
			"Statement":  `UPDATE "` + table + `" SET v = v + 1 WHERE pk = ? AND sk = '0'`,
			"Parameters": []object{s(counterName(id))}})
	}
}

func counterName(id int) string { return fmt.Sprintf("c%d", id) }

// noteCounted carries out a request that counts up the client's counter.
func (t *torture) noteCounted(id int, operation string, request object) {
	_, err := t.call(operation, request)
	if result, notDone := classify(err); result == happened {
		t.counters[id].acknowledged++
	} else if result == unknown && !notDone {
		t.counters[id].unknown++
	}
	t.count(err)
}

// transfer moves money between two accounts, and leaves a receipt.
func (t *torture) transfer(random *rand.Rand) {
	from := random.Intn(accounts)
	to := (from + 1 + random.Intn(accounts-1)) % accounts
	amount := int64(1 + random.Intn(20))
	value := t.value.Add(1)
	name := fmt.Sprintf("t%d", value)
	receipt := key(name)
	receipt["v"], receipt["from"], receipt["to"], receipt["amount"] = n(value), n(int64(from)), n(int64(to)), n(amount)
	_, err := t.call("TransactWriteItems", object{"TransactItems": []object{
		{"Update": object{"TableName": table, "Key": key(fmt.Sprintf("a%d", from)),
			"UpdateExpression": "SET v = v - :n", "ConditionExpression": "v >= :n",
			"ExpressionAttributeValues": object{":n": n(amount)}}},
		{"Update": object{"TableName": table, "Key": key(fmt.Sprintf("a%d", to)),
			"UpdateExpression": "ADD v :n", "ExpressionAttributeValues": object{":n": n(amount)}}},
		{"Put": object{"TableName": table, "Item": receipt}}}})
	t.note(value, err, name)
}

func (t *torture) work(wait *sync.WaitGroup, id int) {
	defer wait.Done()
	random := rand.New(rand.NewSource(int64(id) + 1))
	seen := make([]registers, pairs)
	epoch := t.epoch.Load()
	for !t.stopping.Load() {
		if now := t.epoch.Load(); now != epoch {
			epoch = now
			clear(seen)
		}
		switch id % 4 {
		case 0, 1:
			t.registerOperation(id, random, seen)
			time.Sleep(time.Duration(random.Intn(8)) * time.Millisecond) // keeps histories checkable
		case 2:
			t.ledgerOperation(id, random)
		default:
			t.transfer(random)
		}
	}
}

func (t *torture) prepare() error {
	attribute := func(name string) object { return object{"AttributeName": name, "AttributeType": "S"} }
	role := func(name, kind string) object { return object{"AttributeName": name, "KeyType": kind} }
	_, err := t.call("CreateTable", object{"TableName": table, "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": []object{attribute("pk"), attribute("sk"), attribute("g"),
			{"AttributeName": "v", "AttributeType": "N"}},
		"KeySchema": []object{role("pk", "HASH"), role("sk", "RANGE")},
		"GlobalSecondaryIndexes": []object{{"IndexName": "by_group", "Projection": object{"ProjectionType": "ALL"},
			"KeySchema": []object{role("g", "HASH"), role("pk", "RANGE")}},
			{"IndexName": "by_value", "Projection": object{"ProjectionType": "KEYS_ONLY"},
				"KeySchema": []object{role("v", "HASH")}}},
		"LocalSecondaryIndexes": []object{{"IndexName": "local", "Projection": object{"ProjectionType": "KEYS_ONLY"},
			"KeySchema": []object{role("pk", "HASH"), role("v", "RANGE")}}}})
	for i := 0; i < accounts && err == nil; i++ {
		item := key(fmt.Sprintf("a%d", i))
		item["v"] = n(opening)
		_, err = t.call("PutItem", object{"TableName": table, "Item": item})
	}
	for id := 0; id < len(t.counters) && err == nil; id++ {
		item := key(counterName(id))
		item["v"] = n(0)
		_, err = t.call("PutItem", object{"TableName": table, "Item": item})
	}
	return err
}

// settle reads every pair of an epoch that is over: what was acknowledged in
// it must have outlived the kill.
func (t *torture) settle(epoch int64) {
	for slot := 0; slot < pairs; slot++ {
		in := opInput{pair: int(epoch)*pairs + slot, kind: opReadPair}
		var out opOutput
		call := time.Now()
		for r := range out.read {
			answer, err := t.call("GetItem", object{"TableName": table, "Key": registerKey(in.pair, r), "ConsistentRead": true})
			if err != nil {
				t.problem("reading after recovery: %v", err)
				return
			}
			out.read[r] = number(answer["Item"], "v")
		}
		t.history.add(0, in, out, call, time.Now())
	}
}

// all reads every page of a Query or Scan.
func (t *torture) all(operation string, request object) ([]any, error) {
	var items []any
	for {
		answer, err := t.call(operation, request)
		if err != nil {
			return nil, err
		}
		items = append(items, answer["Items"].([]any)...)
		if answer["LastEvaluatedKey"] == nil {
			return items, nil
		}
		request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
	}
}

// text is one string attribute of an item, "" if it has none.
func text(item any, attribute string) string {
	a, _ := item.(object)[attribute].(object)
	value, _ := a["S"].(string)
	return value
}

// verify compares the table with what was acknowledged and what was refused.
func (t *torture) verify() {
	list, err := t.all("Scan", object{"TableName": table, "ConsistentRead": true})
	if err != nil {
		t.problem("the final scan failed: %v", err)
		return
	}
	items := map[string]int64{}
	parts := map[int64]int{}
	var balances [accounts]int64
	receipts := 0
	for _, item := range list {
		name := text(item, "pk")
		items[name] = number(item, "v")
		switch name[0] {
		case 'b':
			parts[items[name]]++
		case 't':
			receipts++
			balances[number(item, "from")] -= number(item, "amount")
			balances[number(item, "to")] += number(item, "amount")
		}
	}
	singles, fours, refusals := 0, 0, 0
	t.ledger.Range(func(name, value any) bool {
		singles++
		if items[name.(string)] != value.(int64) {
			t.problem("acknowledged item %s is lost", name)
		}
		return true
	})
	t.refused.Range(func(name, _ any) bool {
		refusals++
		if _, found := items[name.(string)]; found {
			t.problem("refused item %s is there", name)
		}
		return true
	})
	for id, count := range parts {
		if count != 4 {
			t.problem("transaction %d is there in %d of 4 parts", id, count)
		}
	}
	t.batches.Range(func(id, acknowledged any) bool {
		switch count := parts[id.(int64)]; {
		case !acknowledged.(bool):
			refusals++
			if count != 0 {
				t.problem("refused transaction %d is there", id)
			}
		case count != 4:
			t.problem("acknowledged transaction %d is lost", id)
		default:
			fours++
		}
		return true
	})
	for i, moved := range balances {
		name := fmt.Sprintf("a%d", i)
		if items[name] != opening+moved {
			t.problem("account %s holds %d, not %d", name, items[name], opening+moved)
		}
	}
	var counted, uncertain int64
	for id, c := range t.counters {
		found := items[counterName(id)]
		if found < c.acknowledged || found > c.acknowledged+c.unknown {
			t.problem("counter %d is %d, of %d acknowledged and %d unanswered", id, found, c.acknowledged, c.unknown)
		}
		counted += found
		uncertain += c.unknown
	}
	fmt.Printf("ledger: %d items and %d transactions acknowledged, %d refused, %d items in the table, %d of them receipts\n",
		singles, fours, refusals, len(items), receipts)
	fmt.Printf("counters: %d, of which at most %d were not acknowledged\n", counted, uncertain)
	t.verifyIndexes(list)
}

// checkIndexes compares every index with its table, where they are stored.
func (t *torture) checkIndexes() {
	for _, problem := range t.disagreements(table) {
		t.problem("%s", problem)
	}
}

// partitionsQueried is how many partitions of an index are queried at the end.
const partitionsQueried = 2000

// verifyIndexes computes from the items what each index holds, and looks
// whether a scan of it says the same, and queries of its partitions, in order.
func (t *torture) verifyIndexes(items []any) {
	entries, partitions := 0, 0
	for index, attribute := range map[string]string{"by_group": "g", "by_value": "v", "local": "pk"} {
		request := func() object { return object{"TableName": table, "IndexName": index} }
		var expected []any
		byPartition := map[string][]any{}
		for _, item := range items {
			// v is in the key of every index but by_group, and items with g have v
			if value := item.(object)[attribute]; value != nil && item.(object)["v"] != nil {
				expected = append(expected, item)
				byPartition[fmt.Sprint(value)] = append(byPartition[fmt.Sprint(value)], item)
			}
		}
		found, err := t.all("Scan", request())
		if err != nil {
			t.problem("scanning %s: %v", index, err)
			return
		}
		entries += len(found)
		if difference := compare(index, found, expected, false); difference != "" {
			t.problem("index %s: %s", index, difference)
		}
		queried := 0
		for _, part := range byPartition { // Go's order of a map is random
			if queried++; queried > partitionsQueried {
				break
			}
			query := request()
			query["KeyConditionExpression"] = "#k = :k"
			query["ExpressionAttributeNames"] = object{"#k": attribute}
			query["ExpressionAttributeValues"] = object{":k": part[0].(object)[attribute]}
			if found, err = t.all("Query", query); err != nil {
				t.problem("querying %s: %v", index, err)
				return
			}
			partitions++
			if difference := compare(index, found, part, index == "by_group"); difference != "" {
				t.problem("index %s, partition %v: %s", index, query["ExpressionAttributeValues"], difference)
			}
		}
	}
	fmt.Printf("indexes: %d entries, and queries of %d partitions, are what the items call for\n", entries, partitions)
}

// compare tells how items read from an index differ from what they should be;
// ordered: they must be sorted by pk.
func compare(index string, found, expected []any, ordered bool) string {
	want := map[string]any{}
	for _, item := range expected {
		want[text(item, "pk")] = item
	}
	last := ""
	for _, item := range found {
		name := text(item, "pk")
		wanted, ok := want[name].(object)
		if !ok {
			return "has " + name
		}
		delete(want, name)
		for attribute, value := range wanted {
			projected := index == "by_group" || attribute == "pk" || attribute == "sk" || attribute == "v"
			if projected != reflect.DeepEqual(item.(object)[attribute], value) {
				return fmt.Sprintf("%s has another %s", name, attribute)
			}
		}
		if ordered && name <= last {
			return name + " comes after " + last
		}
		last = name
	}
	for name := range want {
		return "lacks " + name
	}
	return ""
}

func main() {
	bindir := flag.String("bindir", "", "directory of the Postgres programs")
	bridge := flag.String("bridge", "./dynamo-bridge", "the bridge program")
	directory := flag.String("directory", "", "where the cluster goes; emptied first")
	user := flag.String("user", "", "unprivileged user for Postgres when run as root")
	fullDisk := flag.String("full-disk", "", "library that makes the disk full, to preload")
	minutes := flag.Float64("minutes", 10, "how long")
	clients := flag.Int("clients", 16, "concurrent clients")
	pause := flag.Float64("pause", 10, "seconds between hits; 0: none")
	flag.Parse()

	srv, err := startServer(*bindir, *bridge, *directory, *user, *fullDisk)
	if err != nil {
		fmt.Println("torture:", err)
		os.Exit(1)
	}
	defer srv.stop()
	t := &torture{client: newClient(srv.endpoint(), srv.access, srv.secret), server: srv, counters: make([]counter, *clients)}
	t.http.Transport = transport(*clients)
	if err = t.prepare(); err != nil {
		srv.stop()
		fmt.Println("torture:", err)
		os.Exit(1)
	}

	t.history.begin = time.Now()
	end := t.history.begin.Add(time.Duration(*minutes * float64(time.Minute)))
	var wait sync.WaitGroup
	for i := 0; i < *clients; i++ {
		wait.Add(1)
		go t.work(&wait, i)
	}
	victims := []string{"backend", "postmaster", "bridge", "disk", "connections"}
	hits := map[string]int{}
	random := rand.New(rand.NewSource(7))
	for time.Now().Before(end) {
		if *pause == 0 {
			time.Sleep(time.Until(end))
			break
		}
		time.Sleep(time.Duration(*pause * (0.5 + random.Float64()) * float64(time.Second)))
		victim := victims[random.Intn(len(victims))]
		hits[victim]++
		if err = srv.hit(victim, random); err != nil {
			t.problem("after hitting the %s: %v", victim, err)
			break
		}
		if t.epoch.Add(1)%hitsBetweenChecks == 0 {
			t.checkIndexes()
		}
	}
	t.stopping.Store(true)
	wait.Wait()
	for epoch := int64(0); epoch <= t.epoch.Load() && len(t.problems) == 0; epoch++ {
		t.settle(epoch)
	}
	fmt.Printf("answered %d, unanswered %d, hits %v\n", t.answered.Load(), t.lost.Load(), hits)

	t.verify()
	t.checkIndexes()
	result := t.history.check(5 * time.Minute)
	fmt.Printf("registers: %d operations, linearizable: %v\n", len(t.history.ops), result)
	if result != porcupine.Ok {
		t.problem("the history of the registers is %v", result)
	}
	srv.stop()
	if len(t.problems) > 0 {
		fmt.Printf("0 passed, %d failed\n", len(t.problems))
		os.Exit(1)
	}
	fmt.Println("1 passed, 0 failed")
}
