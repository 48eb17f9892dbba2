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
//   - ledger: items of one client each, made, changed and deleted by each
//     operation that can, some on conditions that do not hold; at the end they
//     are what was acknowledged, and a transaction without an answer is there
//     wholly or not at all.  Beside it counters count what was acknowledged,
//     and of what got no answer at most all
//   - accounts: transfers by transactions with a ClientRequestToken, sent again
//     until they are answered, and some once more after that; the accounts hold
//     what was acknowledged, each transfer counted once
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

	// of each client
	ledgers   []ledger
	counters  []counter
	transfers []transfers

	answered atomic.Int64
	lost     atomic.Int64 // requests without an answer

	mutex        sync.Mutex // for the following
	acknowledged map[string]int
	problems     []string
}

// operations are those that must have succeeded at least once.
var operations = []string{"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
	"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "GetItem", "TransactGetItems"}

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

// count counts the answers, and what was acknowledged, by operation.
func (t *torture) count(operation string, err error) {
	var api *apiError
	if err != nil && !errors.As(err, &api) {
		t.lost.Add(1)
		time.Sleep(20 * time.Millisecond) // the server is away
		return
	}
	t.answered.Add(1)
	result, _ := classify(err)
	if result == unknown && api.status < 500 {
		t.problem("%s: %v", operation, err) // no request of this program is wrong
	}
	if result == happened {
		t.mutex.Lock()
		t.acknowledged[operation]++
		t.mutex.Unlock()
	}
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
			t.transfer(id, random)
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
		item := key(accountName(i))
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
			answer, err := t.call("GetItem", object{"TableName": table, "Key": key(registerName(in.pair, r)), "ConsistentRead": true})
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
	for _, item := range list {
		items[text(item, "pk")] = number(item, "v")
	}
	t.verifyLedgers(items)
	t.verifyTransfers(list)
	var counted, uncertain int64
	for id, c := range t.counters {
		found := items[counterName(id)]
		if found < c.acknowledged || found > c.acknowledged+c.unknown {
			t.problem("counter %d is %d, of %d acknowledged and %d unanswered", id, found, c.acknowledged, c.unknown)
		}
		counted += found
		uncertain += c.unknown
	}
	fmt.Printf("counters: %d, of which at most %d were not acknowledged\n", counted, uncertain)
	t.verifyIndexes(list)
}

func (t *torture) verifyLedgers(items map[string]int64) {
	known, refused, open := 0, 0, 0
	for id := range t.ledgers {
		l := &t.ledgers[id]
		for _, problem := range l.check(items) {
			t.problem("%s", problem)
		}
		known += len(l.want)
		refused += l.refused
		open += len(l.open)
	}
	fmt.Printf("acknowledged: %v\n", t.acknowledged)
	fmt.Printf("ledger: %d items known, %d writes refused, %d not answered, %d items in the table\n", known, refused, open, len(items))
	for _, operation := range operations {
		if t.acknowledged[operation] == 0 {
			t.problem("no %s was acknowledged", operation)
		}
	}
}

func (t *torture) verifyTransfers(list []any) {
	var all transfers
	for _, own := range t.transfers {
		for i, amount := range own.moved {
			all.moved[i] += amount
		}
		all.acknowledged += own.acknowledged
		all.unanswered += own.unanswered
		all.replayed += own.replayed
		all.repeated += own.repeated
	}
	for _, problem := range checkAccounts(list, all.moved) {
		t.problem("%s", problem)
	}
	fmt.Printf("transfers: %d acknowledged; %d sent again for want of an answer, of which %d had happened, and %d repeated after it\n",
		all.acknowledged, all.unanswered, all.replayed, all.repeated)
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

func newTorture(c *client, clients int) *torture {
	t := &torture{client: c, acknowledged: map[string]int{},
		ledgers: make([]ledger, clients), counters: make([]counter, clients), transfers: make([]transfers, clients)}
	for id := range t.ledgers {
		t.ledgers[id].want = map[string]int64{}
	}
	return t
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
	t := newTorture(newClient(srv.endpoint(), srv.access, srv.secret), *clients)
	t.server = srv
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
