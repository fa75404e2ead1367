package api_test

import (
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
)

// TestKindsOfFiles: what a file is is told by its bytes and by nothing else. What a browser shows without harm is shown,
// all else is saved, and nothing may guess or run.
func TestKindsOfFiles(t *testing.T) {
	s := newService(t)
	for _, test := range []struct{ name, content, contentType, disposition string }{
		{"a.png", "\x89PNG\r\n\x1a\n....", "image/png", "inline"},
		{"b.exe", "\xff\xd8\xff....", "image/jpeg", "inline"},
		{"c", "RIFF....WEBPVP8 ", "image/webp", "inline"},
		{"d.gif", "GIF89a....", "image/gif", "inline"},
		{"e.pdf", "%PDF-1.7....", "application/pdf", "inline"},
		{"f.mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4", "inline"},
		{"g.png", "<html><script>alert(1)</script>", "text/html; charset=utf-8", "attachment"},
		{"h.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "", "attachment"},
		{"i.pdf", "plain words", "text/plain; charset=utf-8", "attachment"},
		{"j.png", "\x00\x01\x02\x03", "application/octet-stream", "attachment"},
		{"k.mp4", "", "", "attachment"},
		{"l.zip", "PK\x03\x04....", "application/zip", "attachment"},
	} {
		file := s.upload(t, map[string]any{"productId": "movie-the-dare"}, authtest.File{Name: test.name, Content: []byte(test.content)})
		got := s.get(file.Path, nil)
		header := got.Header
		if contentType := header.Get("Content-Type"); test.contentType != "" && (contentType != test.contentType || file.ContentType != contentType) {
			t.Errorf("%s is %s, downloaded as %s, want %s", test.name, file.ContentType, contentType, test.contentType)
		}
		if disposition, _, _ := strings.Cut(header.Get("Content-Disposition"), ";"); disposition != test.disposition {
			t.Errorf("%s is %s, want %s", test.name, disposition, test.disposition)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") != "sandbox" {
			t.Errorf("%s has the header %v", test.name, header)
		}
		if text := string(body(t, got)); text != test.content {
			t.Errorf("%s came back as %q", test.name, text)
		}
	}
}
