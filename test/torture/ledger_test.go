package main

import (
	"errors"
	"testing"
)

var (
	noAnswer  = errors.New("no answer")
	condition = &apiError{name: "ConditionalCheckFailedException"}
	canceled  = &apiError{name: "TransactionCanceledException", message: "reasons [None, ConditionalCheckFailed]"}
	conflict  = &apiError{name: "TransactionCanceledException", message: "reasons [TransactionConflict]"}
)

// ledgerOf has the items l1 and l2, acknowledged with the values 1 and 2.
func ledgerOf() *ledger {
	l := &ledger{want: map[string]int64{}}
	l.note(nil, change{name: "l1", to: 1})
	l.note(nil, change{name: "l2", to: 2})
	return l
}

// both is a transaction that makes one item and deletes another.
var both = []change{{name: "l3", to: 3}, {name: "l1", from: 1}}

func TestLedgerRefuses(t *testing.T) {
	bad := map[string]struct {
		err     error
		changes []change
		items   map[string]int64
	}{
		"a lost acknowledged item":          {nil, nil, map[string]int64{"l1": 1}},
		"an old value":                      {nil, []change{{name: "l1", from: 1, to: 5}}, map[string]int64{"l1": 1, "l2": 2}},
		"a deleted item that is there":      {nil, []change{{name: "l1", from: 1}}, map[string]int64{"l1": 1, "l2": 2}},
		"a refused item that is there":      {conflict, []change{{name: "l3", to: 3}}, map[string]int64{"l1": 1, "l2": 2, "l3": 3}},
		"a refused deletion that was done":  {condition, []change{{name: "l1", from: -1}}, map[string]int64{"l2": 2}},
		"a refused update that was done":    {condition, []change{{name: "l1", from: -1, to: 5}}, map[string]int64{"l1": 5, "l2": 2}},
		"half an acknowledged transaction":  {nil, both, map[string]int64{"l1": 1, "l2": 2, "l3": 3}},
		"half a canceled transaction":       {conflict, both, map[string]int64{"l2": 2}},
		"half an unanswered transaction":    {noAnswer, both, map[string]int64{"l1": 1, "l2": 2, "l3": 3}},
		"the other half of it":              {noAnswer, both, map[string]int64{"l2": 2}},
		"a value that nobody wrote":         {noAnswer, []change{{name: "l1", from: 1, to: 5}}, map[string]int64{"l1": 6, "l2": 2}},
		"an unanswered write that must not": {noAnswer, []change{{name: "l1", from: -1}}, map[string]int64{"l2": 2}},
	}
	for name, c := range bad {
		l := ledgerOf()
		if problem := l.note(c.err, c.changes...); problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
		if len(l.check(c.items)) == 0 {
			t.Errorf("%s was not noticed", name)
		}
	}
}

func TestLedgerRefusesAnswers(t *testing.T) {
	wrong := []change{{name: "l3", to: 3}, {name: "l1", from: -1}}
	check := []change{{name: "l3", to: 3}, {name: "l1", from: -1, to: -1}}
	for _, changes := range [][]change{wrong, check, {{name: "l1", to: 5}}} {
		if ledgerOf().note(nil, changes...) == "" {
			t.Errorf("%v was accepted", changes)
		}
		if problem := ledgerOf().note(canceled, changes...); problem != "" {
			t.Error(problem)
		}
	}
	if ledgerOf().note(canceled, both...) == "" {
		t.Error("a refusal without a reason was accepted")
	}
}

func TestLedgerAccepts(t *testing.T) {
	before := map[string]int64{"l1": 1, "l2": 2}
	after := map[string]int64{"l2": 2, "l3": 3}
	checked := append([]change{{name: "l2", from: 2, to: 2}}, both...)
	for name, c := range map[string]struct {
		err   error
		items map[string]int64
	}{"acknowledged": {nil, after}, "canceled": {conflict, before}, "not done": {noAnswer, before}, "done": {noAnswer, after}} {
		l := ledgerOf()
		l.note(c.err, checked...)
		if problems := l.check(c.items); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
