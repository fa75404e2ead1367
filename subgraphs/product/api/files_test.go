package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/product/files/filestest"
)

const upload = `mutation ($productId: ID!, $file: Upload!, $overwrite: Boolean! = false) {
	uploadProductImage(productId: $productId, file: $file, overwrite: $overwrite) { id name contentType size path }
}`

// picture begins as every PNG does.
var picture = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("pixels "), 20_000)...)

type uploaded struct {
	ID, Name, ContentType, Path string
	Size                        int
}

func (s service) upload(t *testing.T, variables map[string]any, file authtest.File) uploaded {
	t.Helper()
	answer := s.clerk.Upload(t, upload, variables, file)
	var data struct{ UploadProductImage uploaded }
	if err := json.Unmarshal(answer.Data, &data); err != nil || len(answer.Errors) > 0 {
		t.Fatalf("%v, %+v", err, answer.Errors)
	}
	return data.UploadProductImage
}

// get downloads over HTTP, as anybody.
func (s service) get(path string, header http.Header) *http.Response {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header = header
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestFilesAreUploadedShownReplacedAndDeleted(t *testing.T) {
	s := newService(t)
	dare := map[string]any{"productId": "movie-the-dare"}
	poster := s.upload(t, dare, authtest.File{Name: "poster.png", Content: picture})
	page := s.upload(t, dare, authtest.File{Name: "page.html", Content: []byte("<html><script>alert(1)</script>")})
	s.upload(t, map[string]any{"productId": "movie-dont-click"}, authtest.File{Name: "notes.txt", Content: []byte("notes")})
	s.upload(t, map[string]any{"productId": "goods-kettle"}, authtest.File{Name: "poster.png", Content: picture})
	if poster.ContentType != "image/png" || poster.Size != len(picture) || poster.Path != "/files/"+poster.ID {
		t.Errorf("uploaded %+v", poster)
	}
	const query = `{ product(id: "movie-the-dare") { ... on Movie { image { name } } images { name } files { name } }
		products(first: 100, filter: {text: "click"}) { edges { node { files { name } ... on Movie { image { name } } } } } }`
	wantData(t, s.public.Do(t, query, nil, nil), `{
		"product": {"image": {"name": "poster.png"}, "images": [{"name": "poster.png"}], "files": [{"name": "page.html"}, {"name": "poster.png"}]},
		"products": {"edges": [{"node": {"files": [{"name": "notes.txt"}], "image": null}}]}
	}`)

	again := s.clerk.Upload(t, upload, dare, authtest.File{Name: "poster.png", Content: picture})
	if diff := cmp.Diff([]string{"CONFLICT"}, again.Codes()); diff != "" {
		t.Errorf("the same name again (-want +got):\n%s", diff)
	}
	small := append([]byte(nil), picture[:1000]...)
	other := s.upload(t, map[string]any{"productId": "movie-the-dare", "overwrite": true}, authtest.File{Name: "poster.png", Content: small})
	if got := s.get(poster.Path, nil); got.StatusCode != http.StatusNotFound {
		t.Errorf("the replaced file answers %d", got.StatusCode)
	}
	if got := body(t, s.get(other.Path, nil)); !bytes.Equal(got, small) {
		t.Errorf("the new file has %d bytes, want %d", len(got), len(small))
	}
	const remove = `mutation ($id: ID!) { deleteFile(id: $id) }`
	wantData(t, s.clerk.Do(t, remove, map[string]any{"id": other.ID}, nil), `{"deleteFile": true}`)
	if codes := s.clerk.Do(t, remove, map[string]any{"id": other.ID}, nil).Codes(); len(codes) != 1 || codes[0] != "NOT_FOUND" {
		t.Errorf("deleting it again gives %v", codes)
	}
	wantData(t, s.clerk.Do(t, `mutation { deleteProduct(id: "movie-the-dare") }`, nil, nil), `{"deleteProduct": true}`)
	for _, path := range []string{other.Path, page.Path, "/files/", "/files/..%2fproduct.db", "/files/nothing"} {
		if got := s.get(path, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, got.StatusCode)
		}
	}
}

func TestDownloads(t *testing.T) {
	s := newService(t)
	dare := map[string]any{"productId": "movie-the-dare"}
	poster := s.upload(t, dare, authtest.File{Name: `pöster "1".png`, Content: picture})
	page := s.upload(t, dare, authtest.File{Name: "page.html", Content: []byte("<html><script>alert(1)</script>")})

	whole := s.get(poster.Path, nil)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox",
		"Accept-Ranges": "bytes", "Content-Disposition": `inline; filename*=utf-8''p%C3%B6ster%20%221%22.png`,
	} {
		if got := whole.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := body(t, whole); !bytes.Equal(got, picture) {
		t.Errorf("%d bytes, want %d", len(got), len(picture))
	}
	part := s.get(poster.Path, http.Header{"Range": {"bytes=1-3"}})
	if text := body(t, part); part.StatusCode != http.StatusPartialContent || string(text) != "PNG" {
		t.Errorf("a range answers %d %q", part.StatusCode, text)
	}
	for ranges, status := range map[string]int{
		"bytes=0-1,4-5": http.StatusPartialContent, "bytes=-1": http.StatusPartialContent, "bytes=99999999-": http.StatusRequestedRangeNotSatisfiable,
		"lines=1-2": http.StatusOK, "bytes=0-0" + strings.Repeat(",2-2", 15): http.StatusPartialContent, "bytes=0-0" + strings.Repeat(",2-2", 16): http.StatusOK,
	} {
		if got := s.get(poster.Path, http.Header{"Range": {ranges}}); got.StatusCode != status {
			t.Errorf("the ranges %s answer %d, want %d", ranges, got.StatusCode, status)
		}
	}
	if got := s.get(poster.Path, http.Header{"If-None-Match": {whole.Header.Get("ETag")}}); got.StatusCode != http.StatusNotModified {
		t.Errorf("with its ETag it answers %d", got.StatusCode)
	}
	stale := s.get(poster.Path, http.Header{"Range": {"bytes=1-3"}, "If-Range": {`"another"`}})
	if stale.StatusCode != http.StatusOK {
		t.Errorf("a range of another version answers %d, want the whole", stale.StatusCode)
	}
	if got := s.get(page.Path, nil).Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("a page of HTML is %q, want an attachment", got)
	}
	request := httptest.NewRequest(http.MethodPost, poster.Path, nil)
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusMethodNotAllowed || recorder.Header().Get("Allow") == "" {
		t.Errorf("POST answers %d, Allow %q", recorder.Code, recorder.Header().Get("Allow"))
	}
}

// TestFilesInABucket: files come and go as from disk, and products are shown while the storage is down.
func TestFilesInABucket(t *testing.T) {
	server := filestest.NewServer(t)
	s := newServiceOn(t, server.Open(t, "files/"))
	dare := map[string]any{"productId": "movie-the-dare"}
	poster := s.upload(t, dare, authtest.File{Name: "poster.png", Content: picture})
	if got := body(t, s.get(poster.Path, nil)); !bytes.Equal(got, picture) {
		t.Errorf("%d bytes, want %d", len(got), len(picture))
	}
	part := s.get(poster.Path, http.Header{"Range": {"bytes=1-3"}})
	if text := body(t, part); part.StatusCode != http.StatusPartialContent || string(text) != "PNG" {
		t.Errorf("a range answers %d %q", part.StatusCode, text)
	}
	server.Stand(filestest.Down)
	down := s.clerk.Upload(t, upload, dare, authtest.File{Name: "other.png", Content: picture})
	if diff := cmp.Diff([]string{"UNAVAILABLE"}, down.Codes()); diff != "" {
		t.Errorf("an upload while the storage is down (-want +got):\n%s", diff)
	}
	if got := s.get(poster.Path, nil); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a download while the storage is down answers %d", got.StatusCode)
	}
	if diff := cmp.Diff([]string{"poster.png"}, s.files(t)); diff != "" {
		t.Errorf("the product's files while the storage is down (-want +got):\n%s", diff)
	}
	server.Stand(nil)
	wantData(t, s.clerk.Do(t, `mutation { deleteProduct(id: "movie-the-dare") }`, nil, nil), `{"deleteProduct": true}`)
	if diff := cmp.Diff([]string{}, server.Keys(t)); diff != "" {
		t.Errorf("in the bucket (-want +got):\n%s", diff)
	}
}

func TestBadUploads(t *testing.T) {
	s := newService(t)
	dare := map[string]any{"productId": "movie-the-dare"}
	cases := map[string]struct {
		client    authtest.Client
		variables map[string]any
		file      authtest.File
		code      string
	}{
		"anonymous":         {s.public, dare, authtest.File{Name: "a.png", Content: picture}, "UNAUTHENTICATED"},
		"customer":          {s.person, dare, authtest.File{Name: "a.png", Content: picture}, "FORBIDDEN"},
		"unknown product":   {s.clerk, map[string]any{"productId": "nothing"}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"product of a path": {s.clerk, map[string]any{"productId": "../movie-the-dare"}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"no product":        {s.clerk, map[string]any{"productId": ""}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"product of SQL":    {s.clerk, map[string]any{"productId": "' OR '1'='1"}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"zero in product":   {s.clerk, map[string]any{"productId": "movie-the-dare\x00"}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"long product":      {s.clerk, map[string]any{"productId": strings.Repeat("x", 100_000)}, authtest.File{Name: "a.png"}, "NOT_FOUND"},
		"product is null":   {s.clerk, map[string]any{"productId": nil}, authtest.File{Name: "a.png"}, "GRAPHQL_VALIDATION_FAILED"},
		"overwrite a text":  {s.clerk, map[string]any{"productId": "movie-the-dare", "overwrite": "yes"}, authtest.File{Name: "a.png"}, "GRAPHQL_VALIDATION_FAILED"},
		"overwrite is null": {s.clerk, map[string]any{"productId": "movie-the-dare", "overwrite": nil}, authtest.File{Name: "a.png"}, "GRAPHQL_VALIDATION_FAILED"},
		"too large":         {s.clerk, dare, authtest.File{Name: "a.png", Content: make([]byte, maxFile+1)}, "BAD_INPUT"},
		"long name":         {s.clerk, dare, authtest.File{Name: strings.Repeat("é", 256)}, "BAD_INPUT"},
		"very long name":    {s.clerk, dare, authtest.File{Name: strings.Repeat("x", 5000)}, "BAD_INPUT"},
		"no name":           {s.clerk, dare, authtest.File{Name: " "}, "BAD_INPUT"},
		"this folder":       {s.clerk, dare, authtest.File{Name: "."}, "BAD_INPUT"},
		"folder above":      {s.clerk, dare, authtest.File{Name: ".."}, "BAD_INPUT"},
		"backslash":         {s.clerk, dare, authtest.File{Name: `..\a.png`}, "BAD_INPUT"},
		"tab in name":       {s.clerk, dare, authtest.File{Name: "a\t.png"}, "BAD_INPUT"},
		"no character":      {s.clerk, dare, authtest.File{Name: "a\uFFFD.png"}, "BAD_INPUT"},
		"not UTF-8":         {s.clerk, dare, authtest.File{Name: "a\xff.png"}, "BAD_INPUT"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			answer := test.client.Upload(t, upload, test.variables, test.file)
			if diff := cmp.Diff([]string{test.code}, answer.Codes()); diff != "" {
				t.Errorf("codes (-want +got):\n%s\n%+v", diff, answer.Errors)
			}
		})
	}
	for range 10 { // as many of the largest as there is room for, less what the multipart framing needs
		s.upload(t, dare, authtest.File{Name: "big" + strings.Repeat("x", len(s.files(t))), Content: make([]byte, maxFile)})
	}
	full := s.clerk.Upload(t, upload, dare, authtest.File{Name: "one more", Content: []byte("x")})
	if diff := cmp.Diff([]string{"UNAVAILABLE"}, full.Codes()); diff != "" {
		t.Errorf("without room (-want +got):\n%s", diff)
	}
	if n := len(s.files(t)); n != 10 {
		t.Errorf("%d files were written, want 10", n)
	}
}

// files returns the names of the film's files.
func (s service) files(t *testing.T) []string {
	t.Helper()
	var data struct {
		Product struct{ Files []struct{ Name string } }
	}
	s.public.Must(t, `{ product(id: "movie-the-dare") { files { name } } }`, nil, &data)
	names := []string{}
	for _, file := range data.Product.Files {
		names = append(names, file.Name)
	}
	return names
}

func body(t *testing.T, response *http.Response) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if _, err := buffer.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
