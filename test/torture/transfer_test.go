package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// tableOf has all accounts, those of the first three with the given amounts
// above the opening one, and a receipt of 5 from a0 to a1 that was counted so
// many times.
func tableOf(times int64, moved ...int64) []any {
	var items []any
	for i := 0; i < accounts; i++ {
		item := key(accountName(i))
		item["v"] = n(opening)
		if i < len(moved) {
			item["v"] = n(opening + moved[i])
		}
		items = append(items, item)
	}
	if times > 0 {
		receipt := key("t7")
		receipt["v"], receipt["times"], receipt["amount"] = n(7), n(times), n(5)
		receipt["payer"], receipt["payee"] = n(0), n(1)
		items = append(items, receipt)
	}
	return items
}

func TestAccountsRefuse(t *testing.T) {
	unreceipted := [accounts]int64{-2, 0, 2}
	for name, items := range map[string][]any{
		"a transfer counted twice":                       tableOf(2, -12, 10, 2),
		"a transfer counted twice, and its receipt once": tableOf(1, -12, 10, 2),
		"a transfer without a receipt, counted twice":    tableOf(1, -9, 5, 4),
		"a transfer without a receipt, lost":             tableOf(1, -5, 5, 0),
		"a receipt of nothing":                           tableOf(1, -2, 0, 2),
		"a transfer that left no receipt":                tableOf(0, -7, 5, 2),
		"half a transfer":                                tableOf(1, -7, 0, 2),
	} {
		if len(checkAccounts(items, unreceipted)) == 0 {
			t.Errorf("%s was not noticed", name)
		}
	}
	if problems := checkAccounts(tableOf(1, -7, 5, 2), unreceipted); len(problems) > 0 {
		t.Error(problems)
	}
}

// bank is a server that carries out every transfer, a second time only if it
// is forgetful, and whose first answer is lost.
type bank struct {
	forgetful bool
	requests  []string
	times     map[string]int // by ClientRequestToken
}

func (b *bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var request struct{ ClientRequestToken string }
	json.Unmarshal(body, &request)
	b.requests = append(b.requests, string(body))
	capacity := "Read"
	if b.times[request.ClientRequestToken] == 0 || b.forgetful {
		b.times[request.ClientRequestToken]++
		capacity = "Write"
	}
	if len(b.requests) == 1 {
		w.WriteHeader(500)
		io.WriteString(w, `{"__type": "InternalServerError"}`)
		return
	}
	io.WriteString(w, `{"ConsumedCapacity": [{"`+capacity+`CapacityUnits": 6}]}`)
}

func torturing(handler http.Handler) (*torture, func()) {
	server := httptest.NewServer(handler)
	return newTorture(newClient(server.URL, "access", "secret"), 1), server.Close
}

func TestTransferIsSentAgain(t *testing.T) {
	b := &bank{times: map[string]int{}}
	program, done := torturing(b)
	defer done()
	operation, request := transfer{value: 7, payee: 1, amount: 5}.request()
	answer, lost, err := program.callUntilAnswered(operation, request)
	if err != nil || !lost || !isReplay(answer) {
		t.Errorf("answer %v, lost %v, error %v", answer, lost, err)
	}
	if len(b.requests) != 2 || b.requests[0] != b.requests[1] || b.times["transfer-7"] != 1 {
		t.Errorf("%d requests: %v", len(b.requests), b.requests)
	}
}

func TestRepeatRefuses(t *testing.T) {
	for _, forgetful := range []bool{false, true} {
		b := &bank{forgetful: forgetful, times: map[string]int{}}
		program, done := torturing(b)
		m := transfer{value: 7, payee: 1, amount: 5}
		program.callUntilAnswered(m.request())
		program.repeat(m)
		if forgetful != (len(program.problems) > 0) {
			t.Errorf("forgetful: %v, problems: %v", forgetful, program.problems)
		}
		program.repeatWithOthers(m) // this bank takes them
		if len(program.problems) == 0 {
			t.Error("a token with other parameters was accepted unnoticed")
		}
		done()
	}
}
