package main

import (
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

func op(client int, in opInput, out opOutput, call, done int64) porcupine.Operation {
	return porcupine.Operation{ClientId: client, Input: in, Output: out, Call: call, Return: done}
}

// The checker must refuse what a broken database would show.
func TestCheckerRefuses(t *testing.T) {
	write := func(v int64) opInput { return opInput{kind: opWrite, to: [2]int64{v, 0}} }
	read := func(v int64) opOutput { return opOutput{read: [2]int64{v, 0}} }
	bad := map[string][]porcupine.Operation{
		"a lost acknowledged write": {
			op(0, write(1), opOutput{}, 0, 10),
			op(0, opInput{kind: opRead}, read(0), 20, 30)},
		"a stale read after a new one": {
			op(0, write(1), opOutput{}, 0, 10),
			op(0, write(2), opOutput{}, 20, 60),
			op(1, opInput{kind: opRead}, read(2), 30, 35),
			op(1, opInput{kind: opRead}, read(1), 40, 45)},
		"two swaps from one value": {
			op(0, opInput{kind: opSwap, to: [2]int64{5, 0}}, opOutput{}, 0, 10),
			op(1, opInput{kind: opSwap, to: [2]int64{6, 0}}, opOutput{}, 0, 10)},
		"half a transaction": {
			op(0, opInput{kind: opWritePair, to: [2]int64{1, 1}}, opOutput{}, 0, 100),
			op(1, opInput{kind: opReadPair}, opOutput{read: [2]int64{1, 0}}, 10, 20)},
		"an exchange that answers with a lost value": {
			op(0, write(1), opOutput{}, 0, 10),
			op(0, opInput{kind: opExchange, to: [2]int64{2, 0}}, opOutput{}, 20, 30)},
		"two exchanges of one value": {
			op(0, write(1), opOutput{}, 0, 10),
			op(0, opInput{kind: opExchange, to: [2]int64{2, 0}}, read(1), 20, 30),
			op(1, opInput{kind: opExchange, to: [2]int64{3, 0}}, read(1), 20, 30)},
		"a refused write that happened": {
			op(0, opInput{kind: opSwap, from: [2]int64{9, 0}, to: [2]int64{5, 0}}, opOutput{outcome: refused}, 0, 10),
			op(1, opInput{kind: opRead}, read(5), 20, 30)},
	}
	for name, ops := range bad {
		if porcupine.CheckOperationsTimeout(model(), ops, time.Minute) != porcupine.Illegal {
			t.Errorf("%s was not noticed", name)
		}
	}
}

func TestCheckerAccepts(t *testing.T) {
	good := map[string][]porcupine.Operation{
		"an unanswered write that shows later": {
			op(0, opInput{kind: opWrite, to: [2]int64{1, 0}}, opOutput{outcome: unknown}, 0, forever),
			op(1, opInput{kind: opRead}, opOutput{}, 10, 20),
			op(1, opInput{kind: opRead}, opOutput{read: [2]int64{1, 0}}, 30, 40)},
		"an unanswered write that never shows": {
			op(0, opInput{kind: opWrite, to: [2]int64{1, 0}}, opOutput{outcome: unknown}, 0, forever),
			op(1, opInput{kind: opRead}, opOutput{}, 10, 20)},
		"exchanges, one of them unanswered": {
			op(0, opInput{kind: opExchange, to: [2]int64{1, 0}}, opOutput{outcome: unknown}, 0, forever),
			op(1, opInput{kind: opExchange, to: [2]int64{2, 0}}, opOutput{read: [2]int64{1, 0}}, 10, 20)},
		"a transfer": {
			op(0, opInput{kind: opTransferPair, to: [2]int64{1, 2}}, opOutput{}, 0, 10),
			op(1, opInput{kind: opReadPair}, opOutput{read: [2]int64{1, 2}}, 10, 20)},
	}
	for name, ops := range good {
		if porcupine.CheckOperationsTimeout(model(), ops, time.Minute) != porcupine.Ok {
			t.Errorf("%s was refused", name)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	item := func(name string, value int64) object {
		return object{"pk": s(name), "sk": s("0"), "v": n(value), "g": s("x")}
	}
	keys := func(name string, value int64) object { return object{"pk": s(name), "sk": s("0"), "v": n(value)} }
	expected := []any{item("a", 1), item("b", 2)}
	bad := map[string][]any{
		"an entry too few":  {item("a", 1)},
		"an entry too many": {item("a", 1), item("b", 2), item("c", 3)},
		"an entry twice":    {item("a", 1), item("a", 1), item("b", 2)},
		"an old value":      {item("a", 1), item("b", 1)},
		"a missing value":   {item("a", 1), object{"pk": s("b"), "sk": s("0"), "g": s("x")}},
		"the wrong order":   {item("b", 2), item("a", 1)},
	}
	for name, found := range bad {
		if compare("by_group", found, expected, true) == "" {
			t.Errorf("%s was not noticed", name)
		}
	}
	if compare("local", []any{item("a", 1), keys("b", 2)}, expected, false) == "" {
		t.Error("what is not projected was not noticed")
	}
	if difference := compare("by_group", expected, expected, true); difference != "" {
		t.Error(difference)
	}
	if difference := compare("local", []any{keys("b", 2), keys("a", 1)}, expected, false); difference != "" {
		t.Error(difference)
	}
}
