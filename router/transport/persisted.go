package transport

import "bytes"

// readPersistedQuery takes the id of the document out of extensions.persistedQuery.sha256Hash, as clients of automatic
// persisted queries send it. Of its versions there is one, the first. An id that comes twice must be the same: what was
// checked must be what runs.
func (r *Request) readPersistedQuery() *Refusal {
	if !bytes.Contains(r.Extensions, []byte("persistedQuery")) {
		return nil
	}
	var hash, version []byte
	found := false
	s := &scanner{data: r.Extensions}
	s.space()
	// The extensions were checked when they were read, so there is no error to come.
	_ = s.object(0, func(key []byte) error {
		s.space()
		if unquote(key) != "persistedQuery" {
			_, err := s.value(1)
			return err
		}
		found = true
		if s.peek() != '{' {
			_, err := s.value(1)
			return err
		}
		return s.object(1, func(key []byte) error {
			s.space()
			value, err := s.value(2)
			switch unquote(key) {
			case "sha256Hash":
				hash = value
			case "version":
				version = value
			}
			return err
		})
	})
	switch {
	case !found:
		return nil
	case len(hash) == 0 || hash[0] != '"' || len(hash) == len(`""`):
		return badRequest("\"extensions.persistedQuery\" must be an object with the document's hash in \"sha256Hash\".")
	case version != nil && string(version) != "1":
		return badRequest("\"extensions.persistedQuery.version\" must be 1.")
	case r.DocumentID != "" && r.DocumentID != unquote(hash):
		return badRequest("\"documentId\" and \"extensions.persistedQuery\" name two documents: send one of them.")
	}
	r.DocumentID = unquote(hash)
	return nil
}
