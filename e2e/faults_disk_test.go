//go:build linux

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
)

// diskBytes is the size of the disk for files: far more than a run uploads.
const diskBytes = 64 << 20

// smallDisk is a disk of its own for the files, which can be filled to the last byte.
type smallDisk struct {
	folder string
	// isMounted is false where nobody may mount: then product's own quota is the disk.
	isMounted bool
	// ballast are the files that fill the quota.
	ballast []string
}

func mountDisk(folder string) (*smallDisk, error) {
	d := &smallDisk{folder: folder}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return d, err
	}
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", diskBytes))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		return d, nil
	}
	d.isMounted = err == nil
	return d, err
}

// environment tells product of the disk.
func (d *smallDisk) environment() []string {
	env := []string{"FILES_DIR=" + d.files()}
	if !d.isMounted {
		env = append(env, fmt.Sprintf("FILES_ROOM_BYTES=%d", diskBytes))
	}
	return env
}

func (d *smallDisk) unmount() error {
	if !d.isMounted {
		return nil
	}
	return syscall.Unmount(d.folder, 0)
}

// files is the folder where product keeps its files, beside the ballast.
func (d *smallDisk) files() string { return filepath.Join(d.folder, "files") }

func (d *smallDisk) weight() string { return filepath.Join(d.folder, "ballast") }

// fill leaves no room for a file.
func (d *smallDisk) fill(s *faultShop) error {
	if !d.isMounted {
		return d.fillQuota(s)
	}
	file, err := os.Create(d.weight())
	if err != nil {
		return err
	}
	page := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(page)
	}
	if errors.Is(err, syscall.ENOSPC) {
		err = nil
	}
	return errors.Join(err, file.Close())
}

func (d *smallDisk) clear(s *faultShop) error {
	if d.isMounted {
		return os.Remove(d.weight())
	}
	for _, id := range d.ballast {
		if res, err := s.clerk.try(`mutation ($id: ID!) { deleteFile(id: $id) }`, map[string]any{"id": id}); err != nil || len(res.Errors) > 0 {
			return fmt.Errorf("delete the ballast %s: %w %s", id, err, res.Body)
		}
	}
	d.ballast = nil
	return nil
}

// fillQuota uploads files, smaller and smaller ones, until there is no room for any.
func (d *smallDisk) fillQuota(s *faultShop) error {
	header := http.Header{"Authorization": {"Bearer " + s.clerk.token}, "Weft-Require-Preflight": {"true"}}
	for size := diskBytes / 8; size >= 512; {
		f := form{
			query: uploadMutation, variables: map[string]any{"productId": "movie-the-dare"}, name: "ballast-" + unique(), content: make([]byte, size),
		}
		res, err := f.post(s.URL(), header)
		id, isKept := res.at("uploadProductImage", "id").(string)
		switch {
		case err != nil:
			return err
		case isKept:
			d.ballast = append(d.ballast, id)
		case res.code() == "UNAVAILABLE":
			size /= 2
		default:
			return fmt.Errorf("upload ballast of %d bytes: %s", size, res.Body)
		}
	}
	return nil
}
