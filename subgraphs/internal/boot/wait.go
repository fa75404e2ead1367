package boot

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
)

// WaitFor tries until it succeeds, with growing pauses, and logs what it waits for and why. It gives up when ctx ends.
func WaitFor(ctx context.Context, what string, try func(context.Context) error) error {
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		err := try(ctx)
		if err == nil {
			return nil
		}
		slog.WarnContext(ctx, "waiting for the "+what, "error", err.Error(), "again_in", pause.String())
		if Pause(ctx, pause); ctx.Err() != nil {
			return fmt.Errorf("gave up waiting for the %s: %w", what, err)
		}
	}
}

// Pause waits for a while, or until ctx ends.
func Pause(ctx context.Context, while time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(while):
	}
}

// OpenDatabase opens the database at url, waits until it answers and migrates it.
func OpenDatabase(ctx context.Context, url string, migrations fs.FS) (*database.DB, error) {
	db, err := database.Open(url)
	if err != nil {
		return nil, err
	}
	err = WaitFor(ctx, db.Name, db.Ping)
	if err == nil {
		err = db.Migrate(ctx, migrations)
	}
	if err != nil {
		_ = db.Close() // the error that matters is err
		return nil, err
	}
	return db, nil
}

// Every runs work again and again until ctx ends. A failure is logged, once for a row of them, and tried again.
func Every(ctx context.Context, what string, pause time.Duration, work func(context.Context) error) error {
	return EveryOr(ctx, what, pause, nil, work)
}

// EveryOr is Every, and runs work at each signal as well.
func EveryOr(ctx context.Context, what string, pause time.Duration, signal <-chan struct{}, work func(context.Context) error) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	isFailing := false
	for {
		err := work(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !isFailing {
			slog.ErrorContext(ctx, what+" failed; trying again", "error", err.Error(), "again_in", pause.String())
		}
		isFailing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		case <-signal:
		}
	}
}
