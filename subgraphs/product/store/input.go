package store

import (
	"math"
	"strings"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// The limits of what staff may enter. Lengths are in characters.
const (
	MaxNameLength        = 255
	MaxSKULength         = 64
	MaxDescriptionLength = 4000
	MaxCast              = 100
	MaxAmount            = math.MaxInt32
	MaxStock             = 1_000_000
	MaxMileage           = 10_000_000

	minMovieYear   = 1888 // the oldest film that is left
	minVehicleYear = 1886 // the first car
	maxYear        = 2100
)

// absent stands for a required number that the input does not have; no number of an input can be as small.
const absent = math.MinInt

// MovieInput is a film to be added. Title, Year and Price are required.
type MovieInput struct {
	Title       *string
	Year        *int
	Cast        []string
	Price       *int
	Stock       int
	Description *string
	SKU         *string
}

// MoviePatch changes a film; a nil member stays as it is, an empty description removes it.
type MoviePatch struct {
	Title       *string
	Year        *int
	Cast        []string
	Price       *int
	Stock       *int
	Description *string
}

// VehicleInput is a vehicle to be added. Make, Model, Year, Mileage and Price are required.
type VehicleInput struct {
	Make        *string
	Model       *string
	Year        *int
	Mileage     *int
	Price       *int
	Stock       int
	Description *string
	SKU         *string
}

// VehiclePatch changes a vehicle; a nil member stays as it is, an empty description removes it.
type VehiclePatch struct {
	Make        *string
	Model       *string
	Year        *int
	Mileage     *int
	Price       *int
	Stock       *int
	Description *string
}

// GoodsInput is something else to be added. Name and Price are required.
type GoodsInput struct {
	Name        *string
	Price       *int
	Stock       int
	Description *string
	SKU         *string
}

// GoodsPatch changes goods; a nil member stays as it is, an empty description removes it.
type GoodsPatch struct {
	Name        *string
	Price       *int
	Stock       *int
	Description *string
}

func (in MovieInput) movie() *Movie {
	movie := &Movie{Article: newArticle(in.SKU, in.Stock), Year: absent}
	MoviePatch{in.Title, in.Year, in.Cast, in.Price, nil, in.Description}.apply(movie)
	return movie
}

func (p MoviePatch) apply(movie *Movie) {
	set(&movie.Title, p.Title)
	set(&movie.Year, p.Year)
	if p.Cast != nil {
		movie.Cast = p.Cast
	}
	movie.apply(p.Price, p.Stock, p.Description)
}

func (in VehicleInput) vehicle() *Vehicle {
	vehicle := &Vehicle{Article: newArticle(in.SKU, in.Stock), Year: absent, Mileage: absent}
	VehiclePatch{in.Make, in.Model, in.Year, in.Mileage, in.Price, nil, in.Description}.apply(vehicle)
	return vehicle
}

func (p VehiclePatch) apply(vehicle *Vehicle) {
	set(&vehicle.Make, p.Make)
	set(&vehicle.Model, p.Model)
	set(&vehicle.Year, p.Year)
	set(&vehicle.Mileage, p.Mileage)
	vehicle.apply(p.Price, p.Stock, p.Description)
}

func (in GoodsInput) goods() *Goods {
	goods := &Goods{Article: newArticle(in.SKU, in.Stock)}
	GoodsPatch{in.Name, in.Price, nil, in.Description}.apply(goods)
	return goods
}

func (p GoodsPatch) apply(goods *Goods) {
	set(&goods.Name, p.Name)
	goods.apply(p.Price, p.Stock, p.Description)
}

func newArticle(sku *string, stock int) Article {
	article := Article{Price: Money{Amount: absent, Currency: Currency}, Stock: stock}
	set(&article.SKU, sku)
	return article
}

func (a *Article) apply(price, stock *int, description *string) {
	set(&a.Price.Amount, price)
	set(&a.Stock, stock)
	if description != nil {
		a.Description = description
	}
}

func set[T any](dst *T, value *T) {
	if value != nil {
		*dst = *value
	}
}

// check tidies what was entered (spaces around text, the name that follows from the rest) and returns the first
// mistake as a BAD_INPUT that names the field.
func check(product Product) error {
	switch p := product.(type) {
	case *Movie:
		return p.check()
	case *Vehicle:
		return p.check()
	case *Goods:
		return firstError(checkText("name", &p.Name, MaxNameLength), p.Article.check())
	default:
		panic("store: a product that is no movie, vehicle or goods")
	}
}

func (m *Movie) check() error {
	err := firstError(
		checkText("title", &m.Title, MaxNameLength),
		checkInt("year", m.Year, minMovieYear, maxYear),
		m.checkCast(),
		m.Article.check(),
	)
	m.Name = m.Title
	return err
}

func (m *Movie) checkCast() error {
	if len(m.Cast) > MaxCast {
		return fail.Input("cast", "cast has %d names; at most %d fit", len(m.Cast), MaxCast)
	}
	// The caller's slice stays as it is.
	m.Cast = append([]string{}, m.Cast...)
	for i := range m.Cast {
		if err := checkText("cast", &m.Cast[i], MaxNameLength); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vehicle) check() error {
	err := firstError(
		checkText("make", &v.Make, MaxNameLength),
		checkText("model", &v.Model, MaxNameLength),
		checkInt("year", v.Year, minVehicleYear, maxYear),
		checkInt("mileage", v.Mileage, 0, MaxMileage),
		v.Article.check(),
	)
	v.Name = v.Make + " " + v.Model
	return err
}

func (a *Article) check() error {
	if err := firstError(
		checkInt("price", a.Price.Amount, 0, MaxAmount),
		checkInt("stock", a.Stock, 0, MaxStock),
	); err != nil {
		return err
	}
	if a.SKU != "" {
		if err := checkText("sku", &a.SKU, MaxSKULength); err != nil {
			return err
		}
	}
	return a.checkDescription()
}

func (a *Article) checkDescription() error {
	if a.Description == nil {
		return nil
	}
	text := strings.TrimSpace(*a.Description)
	if text == "" {
		a.Description = nil
		return nil
	}
	if err := fail.CheckText("description", text, 1, MaxDescriptionLength); err != nil {
		return err
	}
	a.Description = &text
	return nil
}

// checkText trims one line of text that must not be blank.
func checkText(field string, text *string, longest int) error {
	*text = strings.TrimSpace(*text)
	if strings.ContainsAny(*text, "\n\r\t") {
		return fail.Input(field, "%s has a line break or a tab; write one line of text.", field)
	}
	return fail.CheckText(field, *text, 1, longest)
}

func checkInt(field string, value, smallest, largest int) error {
	switch {
	case value == absent:
		return fail.Input(field, "%s is required", field)
	case value < smallest || value > largest:
		return fail.Input(field, "%s is %d; it must be %d to %d", field, value, smallest, largest)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
