package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
)

const uploadMutation = `mutation ($productId: ID!, $file: Upload!) { uploadProductImage(productId: $productId, file: $file) { id path } }`

// upload sends a file through the router, by the GraphQL multipart request specification.
func (c client) upload(t *testing.T, productID, name string, content []byte) response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	operations, err := json.Marshal(map[string]any{
		"query": uploadMutation, "variables": map[string]any{"productId": productID, "file": nil},
	})
	must(t, err)
	must(t, form.WriteField("operations", string(operations)))
	must(t, form.WriteField("map", `{"0": ["variables.file"]}`))
	part, err := form.CreateFormFile("0", name)
	must(t, err)
	_, err = part.Write(content)
	must(t, err)
	must(t, form.Close())
	req, err := http.NewRequest(http.MethodPost, c.shop.URL(), &body)
	must(t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Weft-Require-Preflight", "true")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := httpClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(t, err)
	answer := response{Status: res.StatusCode, Body: string(text)}
	must(t, json.Unmarshal(text, &answer))
	return answer
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
