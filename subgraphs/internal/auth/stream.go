package auth

import (
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// RequireStreamSignature is RequireSignature for requests with long bodies, whose sender did not know the whole when it
// began: the header's signature is that of an empty body, and says who sends; the trailer of the same name has the
// signature of the whole, and says what. The body is written to a temporary file, of at most limit bytes, and checked in
// full before next sees it. Where there is no place for that file the answer is 503 UNAVAILABLE.
func RequireStreamSignature(key []byte, limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reason := checkSignature(r, nil, key, time.Now()); reason != "" {
			refuse(w, r, reason)
			return
		}
		spool, err := openSpool()
		if err != nil {
			noPlace(w, r, err)
			return
		}
		defer spool.Close()
		mac := newMAC(key, signed{time: r.Header.Get(timeHeader), method: r.Method, uri: r.URL.RequestURI()})
		size, err := io.Copy(spool, io.TeeReader(http.MaxBytesReader(w, r.Body, limit), mac))
		var tooLarge *http.MaxBytesError
		var ofSpool *fs.PathError
		switch {
		case errors.As(err, &tooLarge):
			fail.Write(w, http.StatusRequestEntityTooLarge, fail.New(fail.BadInput, "The upload is longer than %d bytes.", limit))
			return
		case errors.As(err, &ofSpool):
			noPlace(w, r, err)
			return
		case err != nil:
			slog.WarnContext(r.Context(), "an upload did not come to its end", "error", err.Error())
			fail.Write(w, http.StatusBadRequest, fail.New(fail.BadInput, "The request body could not be read."))
			return
		}
		given, err := hex.DecodeString(strings.TrimPrefix(r.Trailer.Get(signatureHeader), signatureScheme))
		if err != nil || !hmac.Equal(given, mac.Sum(nil)) {
			refuse(w, r, "the signature at the end of this one does not match")
			return
		}
		if _, err := spool.Seek(0, io.SeekStart); err != nil {
			noPlace(w, r, err)
			return
		}
		r.Body, r.ContentLength = spool, size
		next.ServeHTTP(w, r)
	})
}

// openSpool returns a temporary file that lives as long as it is open.
func openSpool() (*os.File, error) {
	spool, err := os.CreateTemp("", "upload-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(spool.Name()); err != nil {
		return nil, errors.Join(err, spool.Close())
	}
	return spool, nil
}

// noPlace answers an upload for which the folder of temporary files has no place, which no client can mend.
func noPlace(w http.ResponseWriter, r *http.Request, err error) {
	slog.ErrorContext(r.Context(), "there is no place for a temporary file: see to the folder that TMPDIR names, /tmp without it", "error", err.Error())
	fail.Write(w, http.StatusServiceUnavailable,
		fail.New(fail.Unavailable, "There is no place for the upload at the moment; please try again later."))
}
