package authtest

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
)

// File is what Upload sends.
type File struct {
	Name    string
	Content []byte
}

// Upload sends an operation with one file, which its variable $file stands for, by the GraphQL multipart request
// specification and with its signature in the trailer, as the router does.
func (c Client) Upload(t testing.TB, query string, variables map[string]any, file File) Answer {
	t.Helper()
	body, contentType := multipartBody(t, query, variables, file)
	request := c.streamed(body, contentType)
	SignStream(request, body, RouterKey)
	return c.serve(t, request)
}

// streamed is a request whose body has no known length.
func (c Client) streamed(body []byte, contentType string) *http.Request {
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.ContentLength = -1
	request.Header.Set("Content-Type", contentType)
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return request
}

// SignStream sets the signature of an empty body in the header and that of the whole in the trailer.
func SignStream(request *http.Request, body, key []byte) {
	const at, signature = "Weft-Signature-Time", "Weft-Signature"
	for {
		whole := request.Clone(request.Context())
		auth.Sign(whole, body, key)
		auth.Sign(request, nil, key)
		request.Trailer = http.Header{signature: whole.Header[signature]}
		if whole.Header.Get(at) == request.Header.Get(at) {
			return // both within one second
		}
	}
}

func multipartBody(t testing.TB, query string, variables map[string]any, file File) (body []byte, contentType string) {
	t.Helper()
	sent := map[string]any{"file": nil}
	for name, value := range variables {
		sent[name] = value
	}
	operations, err := json.Marshal(map[string]any{"query": query, "variables": sent})
	if err != nil {
		t.Fatal(err)
	}
	var buffer bytes.Buffer
	form := multipart.NewWriter(&buffer)
	for _, field := range [][2]string{{"operations", string(operations)}, {"map", `{"0": ["variables.file"]}`}} {
		if err := form.WriteField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("0", file.Name)
	if err == nil {
		_, err = part.Write(file.Content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes(), form.FormDataContentType()
}
