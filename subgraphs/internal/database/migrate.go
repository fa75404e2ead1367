package database

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrate brings the database to the newest of the migrations, goose SQL files in the root of the given file system.
// Replicas that start at the same moment take turns by an advisory lock on Postgres; a SQLite file belongs to one
// process, which is the only one that may migrate it. A migration that comes later with a lower number is applied too: a
// service's own numbers stay below those of the packages whose tables it takes in. A file that ends with .sqlite.sql or
// .postgres.sql is for that kind of database alone: a migration that has to differ is two files with one number.
func (d *DB) Migrate(ctx context.Context, migrations fs.FS) error {
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true),
	}
	on := d.write.DB
	if d.Dialect == Postgres {
		on = d.unlimited()
		defer func() { _ = on.Close() }() // what was migrated is committed
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
		if err != nil {
			return fmt.Errorf("prepare the lock for migrations: %w", err)
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	others, err := ofOthers(migrations, d.Dialect)
	if err != nil {
		return err
	}
	options = append(options, goose.WithExcludeNames(others))
	provider, err := goose.NewProvider(dialect, on, migrations, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	up := func() error { _, err := provider.Up(ctx); return err }
	if err := retry(ctx, up); err != nil {
		return fmt.Errorf("migrate the %s: %w", d.Name, err)
	}
	return nil
}

// ofOthers returns the names of the migrations that are for another kind of database.
func ofOthers(migrations fs.FS, dialect Dialect) ([]string, error) {
	pattern := "*.postgres.sql"
	if dialect == Postgres {
		pattern = "*.sqlite.sql"
	}
	names, err := fs.Glob(migrations, pattern)
	if err != nil {
		return nil, fmt.Errorf("list the migrations: %w", err)
	}
	return names, nil
}
