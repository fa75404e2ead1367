package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/minio/minio-go/v7"
)

// Open implements Storage: one request finds the size, and one reads, from where the reading starts.
func (b *Bucket) Open(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	key, err := b.key(id)
	if err != nil {
		return nil, err
	}
	soon, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	info, err := b.client.StatObject(soon, b.name, key, minio.StatObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open the file %s: %w", id, b.explain(err))
	}
	core := minio.Core{Client: b.client}
	read := func(from int64) (io.ReadCloser, error) {
		var options minio.GetObjectOptions
		if from > 0 {
			if err := options.SetRange(from, 0); err != nil { // to the end
				return nil, err
			}
		}
		body, _, _, err := core.GetObject(ctx, b.name, key, options)
		return body, b.explain(err)
	}
	return &object{read: read, size: info.Size}, nil
}

// object reads one object. It asks for the bytes when they are read, and again after a seek.
type object struct {
	read     func(from int64) (io.ReadCloser, error)
	size, at int64
	// body gives what is at at; nil if nothing was asked for from there.
	body io.ReadCloser
}

// Read implements io.Reader.
func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		body, err := o.read(o.at)
		if err != nil {
			return 0, err
		}
		o.body = body
	}
	n, err := o.body.Read(p)
	o.at += int64(n)
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	default:
		return 0, fmt.Errorf("seek from %d: %w", whence, fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek to %d: %w", offset, fs.ErrInvalid)
	}
	if offset == o.at {
		return offset, nil
	}
	o.at = offset
	return offset, o.Close()
}

// Close implements io.Closer.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	body := o.body
	o.body = nil
	return body.Close()
}
