package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// MaxFileNameLength is the longest name of a file, in characters.
const MaxFileNameLength = 255

// File is something that was uploaded for a product. Its bytes are kept elsewhere, under its ID.
type File struct {
	ID        string `db:"id"`
	ProductID string `db:"product_id"`
	// Name is what it was called where it came from; no two files of a product have the same.
	Name        string    `db:"name"`
	ContentType string    `db:"content_type"`
	Size        int64     `db:"size"`
	ETag        string    `db:"etag"`
	CreatedAt   time.Time `db:"created_at"`
}

// IsImage says whether a browser shows the file as a picture.
func (f *File) IsImage() bool { return strings.HasPrefix(f.ContentType, "image/") }

const fileColumns = `id, product_id, name, content_type, size, etag, created_at`

// CheckFileName returns BAD_INPUT for a name that no file may have.
func CheckFileName(name string) error {
	switch {
	case !utf8.ValidString(name):
		return fail.Input("file", "The file's name is not UTF-8.")
	case strings.ContainsAny(name, `/\`):
		return fail.Input("file", "The file's name has a slash; give the name without its folder.")
	case strings.ContainsAny(name, "\r\n\t"):
		return fail.Input("file", "The file's name has a line break or a tab.")
	case strings.Trim(name, ". ") == "": // a folder, where the name is taken for a path
		return fail.Input("file", "The file has no name.")
	}
	if err := fail.CheckText("file", name, 1, MaxFileNameLength); err != nil {
		return err
	}
	return nil
}

// CheckPlace says whether a file with this name can be added to a product, before its bytes are taken. It returns
// NOT_FOUND if there is no such product, and CONFLICT if it has a file of that name and overwrite is false.
func (s *Store) CheckPlace(ctx context.Context, productID, name string, overwrite bool) error {
	_, err := place(ctx, s.db.Read(), productID, name, overwrite)
	return err
}

// place returns the ids of the files that a new one replaces.
func place(ctx context.Context, on database.Handle, productID, name string, overwrite bool) ([]string, error) {
	found, err := byIDs(ctx, on, []string{productID})
	if err != nil {
		return nil, err
	}
	if found[0] == nil {
		return nil, noSuchProduct(productID)
	}
	var taken []string
	if err := on.Select(ctx, &taken, `SELECT id FROM files WHERE product_id = ? AND name = ?`, productID, name); err != nil {
		return nil, fmt.Errorf("look for the file %s of product %s: %w", name, productID, err)
	}
	if len(taken) > 0 && !overwrite {
		return nil, fail.New(fail.Conflict, "There is a file %s already; choose another name, or overwrite it.", name)
	}
	return taken, nil
}

// AddFile notes a file whose bytes are kept already. It returns what CheckPlace returns, and UNAVAILABLE if all files
// together would take more than room bytes. What is replaced may have its bytes removed afterwards.
func (s *Store) AddFile(ctx context.Context, file *File, overwrite bool, room int64) (replaced []string, err error) {
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		if replaced, err = place(ctx, tx, file.ProductID, file.Name, overwrite); err != nil {
			return err
		}
		if len(replaced) > 0 {
			if _, err := tx.Exec(ctx, `DELETE FROM files WHERE id IN (?)`, replaced); err != nil {
				return fmt.Errorf("replace the file %s of product %s: %w", file.Name, file.ProductID, err)
			}
		}
		var used int64
		if err := tx.Get(ctx, &used, `SELECT bytes FROM files_size`); err != nil {
			return fmt.Errorf("read the size of all files: %w", err)
		}
		if used+file.Size > room {
			return NoRoom()
		}
		_, err := tx.Exec(ctx, `INSERT INTO files (`+fileColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			file.ID, file.ProductID, file.Name, file.ContentType, file.Size, file.ETag, file.CreatedAt)
		if err != nil {
			return fmt.Errorf("add the file %s to product %s: %w", file.Name, file.ProductID, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return replaced, nil
}

// NoRoom is the failure of an upload for which there is no room left.
func NoRoom() *fail.Error {
	return fail.New(fail.Unavailable, "There is no room for more files; delete some, or ask the shop for more room.")
}

// FileByID returns a file, or nil if there is none with this id.
func (s *Store) FileByID(ctx context.Context, id string) (*File, error) {
	if !entity.IsID(id) {
		return nil, nil
	}
	var file File
	err := s.db.Read().Get(ctx, &file, `SELECT `+fileColumns+` FROM files WHERE id = ?`, id)
	if database.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the file %s: %w", id, err)
	}
	return &file, nil
}

// RemoveFile forgets a file, whose bytes may be removed afterwards. It returns NOT_FOUND if there is none with this id.
func (s *Store) RemoveFile(ctx context.Context, id string) error {
	removed := int64(0)
	if entity.IsID(id) {
		err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
			removed, err = tx.Exec(ctx, `DELETE FROM files WHERE id = ?`, id)
			return err
		})
		if err != nil {
			return fmt.Errorf("delete the file %s: %w", id, err)
		}
	}
	if removed == 0 {
		return fail.New(fail.NotFound, "There is no such file: %.64q.", id)
	}
	return nil
}

// KnownFiles returns those of some ids that are files.
func (s *Store) KnownFiles(ctx context.Context, ids []string) (map[string]bool, error) {
	known := make(map[string]bool, len(ids))
	if len(ids) == 0 {
		return known, nil
	}
	var found []string
	if err := s.db.Read().Select(ctx, &found, `SELECT id FROM files WHERE id IN (?)`, ids); err != nil {
		return nil, fmt.Errorf("look for %d files: %w", len(ids), err)
	}
	for _, id := range found {
		known[id] = true
	}
	return known, nil
}

// siblings are the products that were read together: the files of all of them are read at once, if those of any are
// asked for.
type siblings struct {
	ids   []string
	once  sync.Once
	files map[string][]*File
	err   error
}

// Files returns the files of a product, by name.
func (s *Store) Files(ctx context.Context, product *Article) ([]*File, error) {
	together := product.together
	if together == nil { // one that was just made or changed
		together = &siblings{ids: []string{product.ID}}
	}
	together.once.Do(func() {
		var rows []*File
		together.err = s.db.Read().Select(ctx, &rows, `SELECT `+fileColumns+` FROM files WHERE product_id IN (?)
			ORDER BY product_id, name`, together.ids)
		together.files = map[string][]*File{}
		for _, row := range rows {
			together.files[row.ProductID] = append(together.files[row.ProductID], row)
		}
	})
	if together.err != nil {
		return nil, fmt.Errorf("read the files of %d products: %w", len(together.ids), together.err)
	}
	return together.files[product.ID], nil
}
