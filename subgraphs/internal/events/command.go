package events

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/redisurl"
)

const commandTimeout = time.Minute

// Main is a service's subcommand "events": `dead` shows what the service could not apply and why, `replay ID …` and
// `replay --all` have it applied again. It does its work and ends the process; without that subcommand it returns at once. It reads REDIS_URL, or REDIS_URL_FILE, and needs nothing else.
func Main(service string, sources ...string) {
	if len(os.Args) < 2 || os.Args[1] != "events" {
		return
	}
	environment := boot.NewEnvironment(os.Getenv)
	url := environment.Required("REDIS_URL", "the Redis that carries the events")
	environment.Check("REDIS_URL", redisurl.Check(url))
	err := environment.Err()
	if err == nil {
		command := Command{URL: url, Service: service, Sources: sources, Out: os.Stdout}
		err = command.Run(os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Command shows and replays the dead letters of one service.
type Command struct {
	// URL is that of the Redis.
	URL string
	// Service is whose dead letters they are, Sources the services whose events it follows.
	Service string
	Sources []string
	// Out is written to.
	Out io.Writer
}

// Run runs `dead`, `replay ID …` or `replay --all`. Its error says how it is used, or what is wrong.
func (c Command) Run(args []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	client, err := OpenRedis(c.URL)
	if err != nil {
		return err
	}
	defer client.Close()
	var letters []Letter
	for _, source := range c.Sources {
		found, err := Letters(ctx, client, source, c.Service)
		if err != nil {
			return err
		}
		letters = append(letters, found...)
	}
	switch {
	case slices.Equal(args, []string{"dead"}):
		return c.show(letters)
	case len(args) >= 2 && args[0] == "replay":
		return c.replay(ctx, client, letters, args[1:])
	default:
		return fmt.Errorf("%q is no command; say `%[2]s events dead`, `%[2]s events replay ID …` or `%[2]s events replay --all`",
			args, c.Service)
	}
}

func (c Command) show(letters []Letter) error {
	for _, l := range letters {
		_, err := fmt.Fprintf(c.Out, "%s from %s since %s: %v %v version %v\n  error: %s\n  state: %v\n",
			l.ID, l.Source, l.Since, l.Fields[kindField], l.Fields[aggregateField], l.Fields[versionField], l.Error, l.Fields[stateField])
		if err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.Out, "%d dead letters\n", len(letters))
	return err
}

// replay checks that every letter is there before it replays the first one.
func (c Command) replay(ctx context.Context, client *redis.Client, letters []Letter, ids []string) error {
	isAll := slices.Equal(ids, []string{"--all"})
	var chosen []Letter
	for _, letter := range letters {
		if isAll || slices.Contains(ids, letter.ID) {
			chosen = append(chosen, letter)
		}
	}
	if !isAll {
		for _, id := range ids {
			if !slices.ContainsFunc(chosen, func(l Letter) bool { return l.ID == id }) {
				return errors.New("there is no dead letter " + id + "; `" + c.Service + " events dead` lists them")
			}
		}
	}
	for _, letter := range chosen {
		if err := Replay(ctx, client, letter.Source, c.Service, []string{letter.ID}); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.Out, "%d dead letters are replayed\n", len(chosen))
	return err
}
