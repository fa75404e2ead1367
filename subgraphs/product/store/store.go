// Package store keeps the catalogue: products of three kinds in one table, the rules for what staff may enter, and the
// pages that people browse. In go inputs and ids, out come products and *fail.Error values. It knows neither GraphQL
// nor who is asking.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the goose migrations of the catalogue's tables and those of its events.
func Migrations() fs.FS { return events.Migrations(migrations) }

// Store is the catalogue in a database that has been migrated.
type Store struct {
	db *database.DB
}

// New returns the catalogue in db.
func New(db *database.DB) *Store { return &Store{db: db} }

// CreateMovie adds a film. It returns BAD_INPUT for a missing or wrong member and CONFLICT if the title and year, or
// the article number, are taken.
func (s *Store) CreateMovie(ctx context.Context, input MovieInput) (*Movie, error) {
	movie := input.movie()
	return movie, s.create(ctx, movie, "MOV")
}

// CreateVehicle adds a vehicle. It returns BAD_INPUT for a missing or wrong member and CONFLICT if the article number
// is taken.
func (s *Store) CreateVehicle(ctx context.Context, input VehicleInput) (*Vehicle, error) {
	vehicle := input.vehicle()
	return vehicle, s.create(ctx, vehicle, "VEH")
}

// CreateGoods adds something else. It returns BAD_INPUT for a missing or wrong member and CONFLICT if the article
// number is taken.
func (s *Store) CreateGoods(ctx context.Context, input GoodsInput) (*Goods, error) {
	goods := input.goods()
	return goods, s.create(ctx, goods, "GDS")
}

func (s *Store) create(ctx context.Context, product Product, skuPrefix string) error {
	if err := check(product); err != nil {
		return err
	}
	facts := product.Facts()
	facts.ID, facts.Version, facts.CreatedAt = strings.ToLower(rand.Text()), 1, database.Now()
	if facts.SKU == "" {
		facts.SKU = skuPrefix + "-" + rand.Text()[:12]
	}
	return s.db.Tx(ctx, func(tx database.Handle) error {
		if err := checkUnique(ctx, tx, product); err != nil {
			return err
		}
		return insert(ctx, tx, product)
	})
}

// UpdateMovie changes a film. It returns NOT_FOUND if there is no film with this id, and what CreateMovie returns.
func (s *Store) UpdateMovie(ctx context.Context, id string, patch MoviePatch) (*Movie, error) {
	return change(ctx, s.db, id, patch.apply)
}

// UpdateVehicle changes a vehicle. It returns NOT_FOUND if there is no vehicle with this id, and what CreateVehicle
// returns.
func (s *Store) UpdateVehicle(ctx context.Context, id string, patch VehiclePatch) (*Vehicle, error) {
	return change(ctx, s.db, id, patch.apply)
}

// UpdateGoods changes goods. It returns NOT_FOUND if there are no goods with this id, and what CreateGoods returns.
func (s *Store) UpdateGoods(ctx context.Context, id string, patch GoodsPatch) (*Goods, error) {
	return change(ctx, s.db, id, patch.apply)
}

func change[P Product](ctx context.Context, db *database.DB, id string, apply func(P)) (P, error) {
	var changed P
	err := db.Tx(ctx, func(tx database.Handle) error {
		found, err := byIDs(ctx, tx, []string{id})
		if err != nil {
			return err
		}
		product, ok := found[0].(P)
		if !ok {
			return noSuchProduct(id)
		}
		apply(product)
		if err := check(product); err != nil {
			return err
		}
		if err := checkUnique(ctx, tx, product); err != nil {
			return err
		}
		changed = product
		return update(ctx, tx, product)
	})
	return changed, err
}

// Delete takes a product out of the catalogue, and returns the ids of its files, whose bytes may be removed afterwards.
// It returns NOT_FOUND if there is none with this id.
func (s *Store) Delete(ctx context.Context, id string) (files []string, err error) {
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		found, err := byIDs(ctx, tx, []string{id})
		if err != nil {
			return err
		}
		if found[0] == nil {
			return noSuchProduct(id)
		}
		if err := tx.Select(ctx, &files, `SELECT id FROM files WHERE product_id = ? ORDER BY id`, id); err != nil {
			return fmt.Errorf("look for the files of product %s: %w", id, err)
		}
		for _, statement := range []string{`DELETE FROM files WHERE product_id = ?`, `DELETE FROM products WHERE id = ?`} {
			if _, err := tx.Exec(ctx, statement, id); err != nil {
				return fmt.Errorf("delete product %s: %w", id, err)
			}
		}
		return tellDeleted(ctx, tx, found[0].Facts())
	})
	if err != nil {
		return nil, err
	}
	return files, nil
}

// ByIDs returns the products with the given ids in one query: one for each id, in the same order, nil where there is
// none.
func (s *Store) ByIDs(ctx context.Context, ids []string) ([]Product, error) {
	return byIDs(ctx, s.db.Read(), ids)
}

func byIDs(ctx context.Context, on database.Handle, ids []string) ([]Product, error) {
	wanted := entity.IDs(ids)
	if len(wanted) == 0 {
		return make([]Product, len(ids)), nil
	}
	var rows []row
	if err := on.Select(ctx, &rows, `SELECT `+columns+` FROM products WHERE id IN (?)`, wanted); err != nil {
		return nil, fmt.Errorf("read %d products: %w", len(wanted), err)
	}
	read, err := products(rows)
	if err != nil {
		return nil, err
	}
	return entity.InOrder(ids, read, func(p Product) string { return p.Facts().ID }), nil
}

func checkUnique(ctx context.Context, tx database.Handle, product Product) error {
	facts := product.Facts()
	var taken []string
	err := tx.Select(ctx, &taken, `SELECT id FROM products WHERE sku = ? AND id <> ?`, facts.SKU, facts.ID)
	if err != nil {
		return fmt.Errorf("look for article number %s: %w", facts.SKU, err)
	}
	if len(taken) > 0 {
		return fail.New(fail.Conflict, "The article number %s is taken by product %s; choose another.", facts.SKU, taken[0])
	}
	movie, ok := product.(*Movie)
	if !ok {
		return nil
	}
	err = tx.Select(ctx, &taken, `SELECT id FROM products WHERE kind = 'MOVIE' AND title_key = ? AND year = ? AND id <> ?`,
		fold(movie.Title), movie.Year, movie.ID)
	if err != nil {
		return fmt.Errorf("look for the film %s (%d): %w", movie.Title, movie.Year, err)
	}
	if len(taken) > 0 {
		return fail.New(fail.Conflict, "The film %s (%d) is there already, as product %s; update that one.",
			movie.Title, movie.Year, taken[0])
	}
	return nil
}

// insert writes a new product and tells of it.
func insert(ctx context.Context, tx database.Handle, product Product) error {
	w, err := write(product)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO products (`+columns+`, name_key, search_text, title_key)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, w.SKU, w.Kind, w.Name, w.Description, w.PriceAmount, w.PriceCurrency, w.Stock, w.CreatedAt, w.Version,
		w.Year, w.Cast, w.Make, w.Model, w.Mileage, w.nameKey, w.searchText, w.titleKey)
	if err != nil {
		return fmt.Errorf("add product %s: %w", w.ID, err)
	}
	return tell(ctx, tx, product.Facts())
}

// update writes a product that was read in the same transaction, raises its version and tells of it.
func update(ctx context.Context, tx database.Handle, product Product) error {
	product.Facts().Version++
	w, err := write(product)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE products SET name = ?, description = ?, price_amount = ?, price_currency = ?, stock = ?,
		year = ?, cast_names = ?, make = ?, model = ?, mileage = ?, name_key = ?, search_text = ?, title_key = ?,
		version = ? WHERE id = ?`,
		w.Name, w.Description, w.PriceAmount, w.PriceCurrency, w.Stock,
		w.Year, w.Cast, w.Make, w.Model, w.Mileage, w.nameKey, w.searchText, w.titleKey, w.Version, w.ID)
	if err != nil {
		return fmt.Errorf("change product %s: %w", w.ID, err)
	}
	return tell(ctx, tx, product.Facts())
}

func noSuchProduct(id string) error {
	return fail.New(fail.NotFound, "There is no such product: %.64q.", id)
}
