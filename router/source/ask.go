package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxSchemaBytes bounds a subgraph's answer.
const maxSchemaBytes = 16 << 20

var question = []byte(`{"query":"query SubgraphSDL { _service { sdl } }","operationName":"SubgraphSDL"}`)

// ask asks a running subgraph for its schema.
func ask(ctx context.Context, s subgraph, options Options) (string, error) {
	timeout := options.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.askURL, bytes.NewReader(question))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	for name, value := range s.askHeaders {
		r.Header.Set(name, value)
	}
	key := options.Keys[s.name]
	if key == nil {
		key = options.Key
	}
	if key != nil {
		key.Sign(r, question, time.Now())
	}
	client := &http.Client{Transport: options.Transport}
	response, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxSchemaBytes+1))
	if err != nil {
		return "", err
	}
	if len(body) > maxSchemaBytes {
		return "", fmt.Errorf("the answer is longer than %d bytes", maxSchemaBytes)
	}
	return schemaOf(response.Status, body)
}

func schemaOf(status string, body []byte) (string, error) {
	var answer struct {
		Data struct {
			Service struct {
				SDL string `json:"sdl"`
			} `json:"_service"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("it answered %s, and not with a GraphQL response", status)
	}
	if len(answer.Errors) > 0 {
		return "", fmt.Errorf("it answered %s: %s", status, answer.Errors[0].Message)
	}
	if answer.Data.Service.SDL == "" {
		return "", errors.New("it has no _service { sdl }: it is not a federation subgraph")
	}
	return answer.Data.Service.SDL, nil
}
