package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// A register pair is two items that transactions write and read together.
// Histories are checked pair by pair: operations on different pairs do not
// constrain each other.

type opKind int

const (
	opRead         opKind = iota // one register
	opWrite                      // one register; value 0 deletes the item
	opSwap                       // one register: from -> to if it holds from
	opWritePair                  // both registers, in one transaction
	opReadPair                   // both registers, in one transaction
	opTransferPair               // both, each on condition of its old value
	opExchange                   // one register, as opWrite, which answers with its old value
	opKinds
)

type opInput struct {
	pair     int
	register int // 0 or 1
	kind     opKind
	from     [2]int64
	to       [2]int64
}

type outcome int

const (
	happened outcome = iota
	refused          // the condition did not hold
	unknown          // no answer: it may or may not have happened
)

type opOutput struct {
	outcome outcome
	read    [2]int64 // opRead, opExchange: [0]
}

type registers [2]int64

// step tells whether an operation may have had this output in this state,
// and the state after it.
func step(state, input, output interface{}) (bool, interface{}) {
	s, in, out := state.(registers), input.(opInput), output.(opOutput)
	switch in.kind {
	case opRead:
		return out.read[0] == s[in.register], s
	case opReadPair:
		return out.read == [2]int64(s), s
	case opWrite:
		s[in.register] = in.to[0]
		return true, s
	case opExchange:
		before := s[in.register]
		s[in.register] = in.to[0]
		return out.outcome == unknown || out.read[0] == before, s
	case opWritePair:
		return true, registers(in.to)
	case opSwap:
		holds := s[in.register] == in.from[0]
		if holds && out.outcome != refused {
			s[in.register] = in.to[0]
		}
		return out.outcome == unknown || holds == (out.outcome == happened), s
	default: // opTransferPair
		holds := s == registers(in.from)
		if holds && out.outcome != refused {
			s = registers(in.to)
		}
		return out.outcome == unknown || holds == (out.outcome == happened), s
	}
}

func describe(input, output interface{}) string {
	in, out := input.(opInput), output.(opOutput)
	names := [...]string{"read", "write", "swap", "write pair", "read pair", "transfer", "exchange"}
	return fmt.Sprintf("%s r%d %v -> %v: %v %v", names[in.kind], in.register, in.from, in.to,
		[...]string{"happened", "refused", "unknown"}[out.outcome], out.read)
}

func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			byPair := map[int][]porcupine.Operation{}
			for _, op := range history {
				p := op.Input.(opInput).pair
				byPair[p] = append(byPair[p], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range byPair {
				parts = append(parts, part)
			}
			return parts
		},
		Init:              func() interface{} { return registers{} },
		Step:              step,
		DescribeOperation: describe,
	}
}

// history collects what clients did and saw.
type history struct {
	sync.Mutex
	begin time.Time
	ops   []porcupine.Operation
}

// forever is the return time of an operation without an answer: it may take
// effect at any later moment, or, put behind all others, never.
const forever = int64(1) << 62

func (h *history) add(client int, in opInput, out opOutput, call, done time.Time) {
	if out.outcome == unknown && (in.kind == opRead || in.kind == opReadPair) {
		return // a read without an answer says nothing
	}
	end := done.Sub(h.begin).Nanoseconds()
	if out.outcome == unknown {
		end = forever
	}
	h.Lock()
	defer h.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Output: out,
		Call: call.Sub(h.begin).Nanoseconds(), Return: end})
}

func (h *history) check(timeout time.Duration) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(model(), h.ops, timeout)
}
