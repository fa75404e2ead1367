//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// diskBytes is the size of the disk for files, and roomBytes the quota that product has on it: more than a run uploads.
const (
	diskBytes = 48 << 20
	roomBytes = 32 << 20
	// smallestFile is smaller than every file of the load.
	smallestFile = 512
)

// smallDisk is a disk of its own for the files, which can be filled to the last byte, and product's quota on it.
type smallDisk struct {
	folder string
	// isMounted is false where nobody may mount: then only the quota can be filled.
	isMounted bool
	// ballast are the files that fill the quota.
	ballast []string
	// relax ends what keeps it full, which failure is of.
	relax   func()
	full    sync.WaitGroup
	failure error
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
	return []string{"FILES_DIR=" + d.files(), fmt.Sprintf("FILES_ROOM_BYTES=%d", roomBytes)}
}

func (d *smallDisk) unmount() error {
	if !d.isMounted {
		return nil
	}
	return syscall.Unmount(d.folder, 0)
}

// files is the folder where product keeps its files, beside the one that fills the disk.
func (d *smallDisk) files() string { return filepath.Join(d.folder, "files") }

func (d *smallDisk) weight() string { return filepath.Join(d.folder, "weight") }

// keepFull fills the disk, and goes on as files are deleted.
func (d *smallDisk) keepFull() error {
	if err := d.fill(); err != nil {
		return err
	}
	ctx, relax := context.WithCancel(context.Background())
	d.relax, d.failure = relax, nil
	d.full.Go(func() {
		for ctx.Err() == nil && d.failure == nil {
			time.Sleep(100 * time.Millisecond) // more often, it would be most of the load
			d.failure = d.fill()
		}
	})
	return nil
}

// empty ends keepFull and makes room.
func (d *smallDisk) empty() error {
	d.relax()
	d.full.Wait()
	return errors.Join(d.failure, os.Remove(d.weight()))
}

// fill leaves no room on the disk.
func (d *smallDisk) fill() error {
	file, err := os.OpenFile(d.weight(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
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

// fillQuota uploads files, smaller and smaller ones, until there is no room for any. What is deleted afterwards leaves room
// for an upload, but more is uploaded than deleted.
func (d *smallDisk) fillQuota(clerk client) error {
	header := http.Header{"Authorization": {"Bearer " + clerk.token}, "Weft-Require-Preflight": {"true"}}
	for size := roomBytes / 8; size >= smallestFile; {
		f := form{
			query: uploadMutation, variables: map[string]any{"productId": "movie-the-dare"}, name: "ballast-" + unique(), content: make([]byte, size),
		}
		res, err := f.post(clerk.shop.URL(), header)
		id, isKept := res.at("uploadProductImage", "id").(string)
		switch {
		case err != nil:
			return err
		case isKept:
			d.ballast = append(d.ballast, id)
		case res.code() != "UNAVAILABLE":
			return fmt.Errorf("upload ballast of %d bytes: %s", size, res.Body)
		default:
			size /= 2
		}
	}
	return nil
}

func (d *smallDisk) clearQuota(clerk client) error {
	for _, id := range d.ballast {
		res, err := clerk.try(`mutation ($id: ID!) { deleteFile(id: $id) }`, map[string]any{"id": id})
		if err != nil {
			return fmt.Errorf("delete the ballast %s: %w", id, err)
		}
		if len(res.Errors) > 0 {
			return fmt.Errorf("delete the ballast %s: it answers %s", id, res.Body)
		}
	}
	d.ballast = nil
	return nil
}
