package upload

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
)

// ErrTaken is the error of a second request to a subgraph that has files in it: they can be read once.
var ErrTaken = errors.New("the files of a request can go to one subgraph only, and by one call")

// Sending is the multipart request to a subgraph.
type Sending struct {
	files      *Files
	operations []byte
	// filesMap is the part "map"; wanted are the files by the name of the client's part.
	filesMap []byte
	wanted   map[string]int
	writer   *multipart.Writer
	target   io.Writer
}

// Send prepares the request with this JSON body as a multipart request with files. There can be one.
func (f *Files) Send(body []byte) (*Sending, error) {
	operations, places, err := f.unmark(body)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	isTaken := f.isTaken
	f.isTaken = true
	f.mu.Unlock()
	if isTaken {
		return nil, ErrTaken
	}
	s := &Sending{files: f, operations: operations, wanted: map[string]int{}}
	named := map[string][]string{}
	for index, paths := range places {
		named[f.names[index]] = paths
		s.wanted[f.names[index]] = index
	}
	s.filesMap, err = json.Marshal(named)
	s.writer = multipart.NewWriter(targetWriter{s})
	return s, err
}

// targetWriter lets the boundary be known before the target is.
type targetWriter struct{ sending *Sending }

func (w targetWriter) Write(p []byte) (int, error) { return w.sending.target.Write(p) }

// ContentType is the request's.
func (s *Sending) ContentType() string { return s.writer.FormDataContentType() }

// Write writes the request's body, with the files as they come from the client. After an error the request must not
// look complete. What is wrong with the files, Files.Refusal says too.
func (s *Sending) Write(dst io.Writer) error {
	s.target = dst
	if err := errors.Join(s.writer.WriteField("operations", string(s.operations)), s.writer.WriteField("map", string(s.filesMap))); err != nil {
		return err
	}
	missing := slices.Clone(s.files.names)
	for {
		part, err := s.files.reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.files.refuse(readRefusal(err))
		}
		i := slices.Index(missing, part.FormName())
		if i < 0 {
			return s.files.refuse(refuse("The part %q is named by no entry of the map, or comes twice.", part.FormName()))
		}
		missing = slices.Delete(missing, i, i+1)
		if err := s.writeFile(part); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return s.files.refuse(refuse("The file %q of the map did not come.", missing[0]))
	}
	return s.writer.Close()
}

// writeFile passes one file on, within its limit. One that this request does not need, as its part of the operation is
// left out, is read and dropped.
func (s *Sending) writeFile(part *multipart.Part) error {
	dst := io.Discard
	if _, isWanted := s.wanted[part.FormName()]; isWanted {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", multipart.FileContentDisposition(part.FormName(), part.FileName()))
		media := part.Header.Get("Content-Type")
		if media == "" {
			media = "application/octet-stream"
		}
		header.Set("Content-Type", media)
		file, err := s.writer.CreatePart(header)
		if err != nil {
			return err
		}
		dst = file
	}
	most := s.files.config.MaxFileBytes
	src := &source{from: part}
	n, err := io.Copy(dst, io.LimitReader(src, most+1))
	switch {
	case src.err != nil:
		return s.files.refuse(readRefusal(src.err))
	case err != nil:
		return err
	case n > most:
		return s.files.refuse(&Refusal{
			Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The file %q is longer than %d bytes.", part.FormName(), most),
		})
	}
	return nil
}

// source tells the client's errors from those of the subgraph.
type source struct {
	from io.Reader
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
