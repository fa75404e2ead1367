package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxDeadLetters bounds the dead letters that are kept; past it the oldest ones go.
const maxDeadLetters = 10_000

// The fields that a dead letter has besides those of the event.
const (
	errorField = "error"
	entryField = "entry"
	sinceField = "since"
)

// Letter is an event that could not be applied.
type Letter struct {
	// ID names the letter, for Replay.
	ID string
	// Source is the service whose event it is.
	Source string
	// Fields are the entry's, whatever they are: a letter may be dead because it is no event.
	Fields map[string]any
	// Error says why it could not be applied.
	Error string
	// Since is when it was given up.
	Since string
}

// bury writes an entry that is given up into the dead letters of its source and this service. It may be written twice
// after a crash.
func (f *follower) bury(ctx context.Context, entry redis.XMessage, reason error) error {
	values := []any{errorField, reason.Error(), entryField, entry.ID, sinceField, time.Now().UTC().Format(time.RFC3339)}
	for _, field := range []string{kindField, aggregateField, versionField, stateField} {
		if value, ok := entry.Values[field]; ok {
			values = append(values, field, value)
		}
	}
	err := f.Redis.XAdd(ctx, &redis.XAddArgs{
		Stream: deadStream(f.source.Service, f.Service), Values: values, MaxLen: maxDeadLetters, Approx: true,
	}).Err()
	if err != nil {
		return fmt.Errorf("write a dead letter: %w", err)
	}
	return nil
}

func (f *follower) buryEvent(ctx context.Context, event Event, reason error) error {
	entry := redis.XMessage{ID: "snapshot", Values: map[string]any{}}
	fields := event.fields()
	for i := 0; i < len(fields); i += 2 {
		entry.Values[fields[i].(string)] = fields[i+1]
	}
	return f.bury(ctx, entry, reason)
}

// Letters returns the dead letters of one source, oldest first.
func Letters(ctx context.Context, client *redis.Client, source, service string) ([]Letter, error) {
	entries, err := client.XRange(ctx, deadStream(source, service), "-", "+").Result()
	if err != nil {
		return nil, fmt.Errorf("read the dead letters of %s: %w", source, err)
	}
	letters := make([]Letter, len(entries))
	for i, entry := range entries {
		text := func(field string) string {
			value, _ := entry.Values[field].(string)
			delete(entry.Values, field)
			return value
		}
		letters[i] = Letter{ID: entry.ID, Source: source, Error: text(errorField), Since: text(sinceField)}
		delete(entry.Values, entryField)
		letters[i].Fields = entry.Values
	}
	return letters, nil
}

// Replay puts dead letters back to the end of their stream, from where every follower gets them again and those that
// know the version skip them. It returns an error that names a letter which does not exist.
func Replay(ctx context.Context, client *redis.Client, source, service string, ids []string) error {
	dead := deadStream(source, service)
	for _, id := range ids {
		entries, err := client.XRange(ctx, dead, id, id).Result()
		if err != nil {
			return fmt.Errorf("read the dead letter %s: %w", id, err)
		}
		if len(entries) == 0 {
			return errors.New("there is no dead letter " + id)
		}
		values := make([]any, 0, 8)
		for _, field := range []string{kindField, aggregateField, versionField, stateField} {
			if value, ok := entries[0].Values[field]; ok {
				values = append(values, field, value)
			}
		}
		_, err = client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: StreamOf(source), Values: values})
			pipe.XDel(ctx, dead, id)
			return nil
		})
		if err != nil {
			return fmt.Errorf("replay the dead letter %s: %w", id, err)
		}
	}
	return nil
}
