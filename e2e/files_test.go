package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/signature"
)

const uploadMutation = `mutation ($productId: ID!, $file: Upload!) { uploadProductImage(productId: $productId, file: $file) { id path } }`

// upload sends a file through the router.
func (c client) upload(t *testing.T, productID, name string, content []byte) response {
	t.Helper()
	header := http.Header{"Authorization": {"Bearer " + c.token}, "Weft-Require-Preflight": {"true"}}
	answer, err := form{query: uploadMutation, variables: map[string]any{"productId": productID}, name: name, content: content}.post(c.shop.URL(), header)
	must(t, err)
	return answer
}

// form is an operation with a file, which its variable $file stands for.
type form struct {
	query     string
	variables map[string]any
	name      string
	content   []byte
	// key signs the request as the router does; nil for none.
	key *signature.Key
}

// post sends the form by the GraphQL multipart request specification.
func (f form) post(url string, header http.Header) (response, error) {
	variables := maps.Clone(f.variables)
	variables["file"] = nil
	operations, err := json.Marshal(map[string]any{"query": f.query, "variables": variables})
	if err != nil {
		return response{}, err
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	err = errors.Join(parts.WriteField("operations", string(operations)), parts.WriteField("map", `{"0": ["variables.file"]}`))
	part, failure := parts.CreateFormFile("0", f.name)
	if err = errors.Join(err, failure); err != nil {
		return response{}, err
	}
	_, err = part.Write(f.content)
	if err = errors.Join(err, parts.Close()); err != nil {
		return response{}, err
	}
	req, err := http.NewRequest(http.MethodPost, url, nil)
	if err != nil {
		return response{}, err
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", parts.FormDataContentType())
	req.Body = io.NopCloser(&body)
	if f.key != nil {
		req.Body = io.NopCloser(f.key.SignStream(req, &body, time.Now()))
	}
	return do(req)
}

// TestFiles: what staff upload through the router is there as soon as it is acknowledged, also after the service was
// killed, at the storefront's own address; nobody else may upload.
func TestFiles(t *testing.T) {
	s := startShop(t)
	must(t, s.StartStorefront(binaries, t.TempDir()))
	clerk, walter := s.login(t, "clerk"), s.login(t, "walter")
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("a picture of many bytes "), 200_000)...)
	if res := walter.upload(t, "movie-the-dare", "poster.png", picture); len(res.Errors) == 0 {
		t.Errorf("a customer has uploaded: %s", res.Body)
	}
	res := clerk.upload(t, "movie-the-dare", "poster.png", picture)
	path, _ := res.at("uploadProductImage", "path").(string)
	if path == "" {
		t.Fatalf("the upload answers %d %s", res.Status, res.Body)
	}
	s.kill(t, "product")
	s.start(t, "product")
	images := s.anonymous().must(t, `{ product(id: "movie-the-dare") { images { name path size contentType } } }`, nil)
	if got := images.at("product", "images", 0, "path"); got != path {
		t.Errorf("the product shows %s, want %s", images.Body, path)
	}
	download, err := httpClient.Get("http://" + s.Addresses["storefront"] + path)
	must(t, err)
	defer func() { _ = download.Body.Close() }()
	got, err := io.ReadAll(download.Body)
	must(t, err)
	if download.StatusCode != http.StatusOK || !bytes.Equal(got, picture) || download.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the download answers %s with %d bytes of %s", download.Status, len(got), download.Header.Get("Content-Type"))
	}
	if again := clerk.upload(t, "movie-the-dare", "poster.png", picture); again.code() != "CONFLICT" {
		t.Errorf("the same name again answers %s, want a conflict", again.Body)
	}
}
