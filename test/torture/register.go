package main

import (
	"fmt"
	"math/rand"
	"time"
)

func registerName(pair, register int) string { return fmt.Sprintf("r%d.%d", pair, register) }

// chooseValues says what an operation writes, and in place of what: one write
// in five deletes.
func (t *torture) chooseValues(in *opInput, last registers, random *rand.Rand) {
	value := t.value.Add(1)
	if in.kind == opSwap {
		last[0] = last[in.register]
	}
	for i := range in.to {
		if in.kind == opSwap || in.kind == opTransferPair {
			in.from[i] = last[i]
		}
		in.to[i] = value
		guarded := in.kind == opSwap || in.kind == opTransferPair
		if random.Intn(5) == 0 && !(guarded && in.from[i] == 0) {
			in.to[i] = 0
		}
	}
}

// registerRequest is an operation in one of the forms there are for it.  A
// DELETE of PartiQL is none: whatever its condition, it succeeds without an item.
func registerRequest(in opInput, random *rand.Rand) (string, object) {
	partiql := random.Intn(2) == 0
	single := func() (string, object) {
		c := change{registerName(in.pair, in.register), in.from[0], in.to[0], in.kind != opSwap}
		name, request := c.write(random.Intn(2) == 0)
		return name + "Item", request
	}
	switch in.kind {
	case opRead:
		name := registerName(in.pair, in.register)
		if partiql {
			request := readStatement(name)
			request["ConsistentRead"] = true
			return "ExecuteStatement", request
		}
		return "GetItem", object{"TableName": table, "Key": key(name), "ConsistentRead": true}
	case opWrite:
		return single()
	case opExchange:
		operation, request := single()
		request["ReturnValues"] = "ALL_OLD"
		return operation, request
	case opSwap:
		if partiql && in.to[0] != 0 {
			c := change{name: registerName(in.pair, in.register), from: in.from[0], to: in.to[0]}
			return "ExecuteStatement", c.statement()
		}
		return single()
	default:
		return pairRequest(in, random, partiql)
	}
}

// pairRequest is a transaction of TransactWriteItems, TransactGetItems or
// ExecuteTransaction.
func pairRequest(in opInput, random *rand.Rand, partiql bool) (string, object) {
	var actions, gets, statements []object
	for r := 0; r < 2; r++ {
		c := change{registerName(in.pair, r), in.from[r], in.to[r], in.kind == opWritePair}
		if in.kind == opReadPair {
			gets = append(gets, object{"Get": object{"TableName": table, "Key": key(c.name)}})
			statements = append(statements, readStatement(c.name))
			continue
		}
		actions = append(actions, c.action(random.Intn(2) == 0))
		statements = append(statements, c.statement())
	}
	switch {
	case partiql && (in.kind == opReadPair || in.kind == opTransferPair && in.to[0] != 0 && in.to[1] != 0):
		return "ExecuteTransaction", object{"TransactStatements": statements}
	case in.kind == opReadPair:
		return "TransactGetItems", object{"TransactItems": gets}
	default:
		return "TransactWriteItems", object{"TransactItems": actions}
	}
}

// valuesRead are the values of the items in an answer, whichever it is.
func valuesRead(answer object) (read [2]int64) {
	items := []any{answer["Item"]}
	if old, ok := answer["Attributes"]; ok {
		items = []any{old}
	} else if found, ok := answer["Items"].([]any); ok {
		items = found
	} else if responses, ok := answer["Responses"].([]any); ok {
		items = nil
		for _, response := range responses {
			items = append(items, response.(object)["Item"])
		}
	}
	for i, item := range items {
		read[i] = number(item, "v")
	}
	return read
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
	in := opInput{pair: int(epoch)*pairs + slot, register: random.Intn(2), kind: opKind(random.Intn(int(opKinds)))}
	last := &seen[slot]
	t.chooseValues(&in, *last, random)
	operation, request := registerRequest(in, random)

	call := time.Now()
	answer, err := t.call(operation, request)
	done := time.Now()

	result, notDone := classify(err)
	out := opOutput{outcome: result, read: valuesRead(answer)}
	t.count(operation, err)
	if notDone {
		return // surely without effect
	}
	t.history.add(id, in, out, call, done)
	for result == unknown && t.epoch.Load() == epoch && !t.stopping.Load() {
		time.Sleep(50 * time.Millisecond)
	}
	switch {
	case result != happened:
	case in.kind == opRead:
		last[in.register] = out.read[0]
	case in.kind == opReadPair:
		*last = out.read
	case in.kind == opWritePair, in.kind == opTransferPair:
		*last = in.to
	default:
		last[in.register] = in.to[0]
	}
}
