package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// object is a JSON object, in requests and answers.
type object = map[string]any

// client makes signed requests and never retries: whether an unanswered
// request happened is exactly what is being tested.
type client struct {
	http        http.Client
	endpoint    string
	credentials aws.Credentials
	signer      *v4.Signer
}

// apiError is an answer that says what did not happen.
type apiError struct {
	status  int
	name    string
	message string
	body    object
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.name, e.message) }

func newClient(endpoint, access, secret string) *client {
	return &client{
		http:        http.Client{Timeout: 20 * time.Second},
		endpoint:    endpoint,
		credentials: aws.Credentials{AccessKeyID: access, SecretAccessKey: secret},
		signer:      v4.NewSigner(),
	}
}

// call carries out one operation.  The error is an *apiError if the server
// answered at all.
func (c *client) call(operation string, request object) (object, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest("POST", c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	sum := sha256.Sum256(body)
	if err = c.signer.SignHTTP(context.Background(), c.credentials, r, hex.EncodeToString(sum[:]),
		"dynamodb", "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	answer := object{}
	if err = json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	if response.StatusCode == 200 {
		return answer, nil
	}
	kind, _ := answer["__type"].(string)
	message, _ := answer["message"].(string)
	return nil, &apiError{response.StatusCode, kind[strings.LastIndex(kind, "#")+1:], message, answer}
}

// classify tells what an error means for a write: refused by a condition,
// certainly not done and worth another try, or unknown.
func classify(err error) (result outcome, notDone bool) {
	var api *apiError
	if err == nil {
		return happened, false
	}
	if !errors.As(err, &api) {
		if errors.Is(err, syscall.ECONNREFUSED) {
			return refused, true
		}
		return unknown, false
	}
	switch api.name {
	case "ConditionalCheckFailedException", "DuplicateItemException":
		return refused, false
	case "TransactionCanceledException":
		if strings.Contains(api.message, "ConditionalCheckFailed") || strings.Contains(api.message, "DuplicateItem") {
			return refused, false
		}
		return refused, true
	case "TransactionConflictException", "TransactionInProgressException", "ThrottlingException", "ProvisionedThroughputExceededException",
		"ServiceUnavailableException": // and InternalServerError is the one that leaves it open
		return refused, true
	}
	return unknown, false
}
