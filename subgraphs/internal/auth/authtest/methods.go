package authtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// WantMethods checks that a handler answers 405 at each of some paths to every method but those that allow names for it,
// as "GET, HEAD", and says in the Allow header which it takes; and 404 where there is nothing.
func WantMethods(t *testing.T, handler http.Handler, allow map[string]string) {
	t.Helper()
	for path, allowed := range allow {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED"} {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
			isRefused := recorder.Code == http.StatusMethodNotAllowed && recorder.Header().Get("Allow") == allowed && json.Valid(recorder.Body.Bytes())
			isAllowed := slices.Contains(strings.Split(allowed, ", "), method)
			if isAllowed == (recorder.Code == http.StatusMethodNotAllowed) || !isAllowed && !isRefused {
				t.Errorf("%s %s: %d, Allow %q, %s", method, path, recorder.Code, recorder.Header().Get("Allow"), recorder.Body)
			}
		}
	}
	for _, path := range []string{"/", "/graphql/", "/nothing"} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		if recorder.Code != http.StatusNotFound || !strings.Contains(recorder.Body.String(), `"NOT_FOUND"`) {
			t.Errorf("GET %s: %d %s, want 404", path, recorder.Code, recorder.Body)
		}
	}
}
