package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	filePermissions   = 0o600
	folderPermissions = 0o700
	// unfinished is before the name of what is still being written. No id has a dot.
	unfinished = "unfinished."
	batch      = 500
)

// Disk is a Storage in a folder that no other program writes to.
type Disk struct{ root *os.Root }

// OpenDisk returns the Storage in a folder, which it makes if it is not there.
func OpenDisk(folder string) (*Disk, error) {
	if err := os.MkdirAll(folder, folderPermissions); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder for files: %w", err)
	}
	return &Disk{root}, nil
}

// Close implements Storage.
func (d *Disk) Close() error { return d.root.Close() }

// Put implements Storage: the bytes are written under another name, synced, and renamed.
func (d *Disk) Put(_ context.Context, id string, body io.Reader) error {
	err := d.write(unfinished+id, body)
	if err == nil {
		err = d.root.Rename(unfinished+id, id)
	}
	if err == nil {
		err = d.syncFolder()
	}
	if err == nil {
		return nil
	}
	_ = d.root.Remove(unfinished + id) // Sweep removes what is left
	_ = d.root.Remove(id)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("keep the file %s: %w", id, err)
}

func (d *Disk) write(name string, body io.Reader) error {
	file, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, filePermissions)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, body)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// syncFolder makes the renaming durable.
func (d *Disk) syncFolder() error {
	folder, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Open implements Storage.
func (d *Disk) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	file, err := d.root.Open(id)
	if err != nil {
		return nil, fmt.Errorf("open the file %s: %w", id, err)
	}
	return file, nil
}

// Remove implements Storage.
func (d *Disk) Remove(_ context.Context, id string) error {
	if err := d.root.Remove(id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file %s: %w", id, err)
	}
	return nil
}

// Older implements Storage. What was never finished it removes itself, once it is that old.
func (d *Disk) Older(_ context.Context, than time.Time, give func(ids []string) error) error {
	folder, err := d.root.Open(".")
	if err != nil {
		return fmt.Errorf("list the files: %w", err)
	}
	defer folder.Close()
	for {
		entries, err := folder.ReadDir(batch)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list the files: %w", err)
		}
		var ids []string
		for _, entry := range entries {
			info, err := entry.Info()
			switch {
			case err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(than): // removed meanwhile, a folder, or too young
			case strings.HasPrefix(entry.Name(), unfinished):
				_ = d.root.Remove(entry.Name()) // the next time if not now
			case isID(entry.Name()): // else it is none of ours
				ids = append(ids, entry.Name())
			}
		}
		if err := give(ids); err != nil {
			return err
		}
	}
}
