package store

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// demoStart is when the first demo product was added; each next one came an hour later, so their order is fixed.
var demoStart = time.Date(2025, time.January, 6, 9, 0, 0, 0, time.UTC)

// SeedDemo adds the demo products that were never there. Products that staff have changed or deleted stay so, and a demo
// film whose title has been given to another product is left out.
func (s *Store) SeedDemo(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx database.Handle) error {
		list := demoProducts()
		ids := make([]string, len(list))
		for i, product := range list {
			ids[i] = product.Facts().ID
		}
		found, err := byIDs(ctx, tx, ids)
		if err != nil {
			return err
		}
		told, err := wasTold(ctx, tx, ids)
		if err != nil {
			return err
		}
		for i, product := range list {
			if found[i] != nil || told[ids[i]] {
				continue
			}
			product.Facts().Version = 1
			product.Facts().CreatedAt = demoStart.Add(time.Duration(i) * time.Hour)
			if err := seed(ctx, tx, product); err != nil {
				return fmt.Errorf("seed the demo product %s: %w", ids[i], err)
			}
		}
		return nil
	})
}

func seed(ctx context.Context, tx database.Handle, product Product) error {
	if err := check(product); err != nil {
		return err
	}
	if err := checkUnique(ctx, tx, product); err != nil {
		if fail.Is(err, fail.Conflict) {
			return nil
		}
		return err
	}
	return insert(ctx, tx, product)
}

// demoProducts lists the demo catalogue. The order service's demo orders hold some of these ids, names and prices.
func demoProducts() []Product {
	return []Product{
		film("movie-the-dare", "The Dare", 2020, 1499, 40, "A man wakes in a stranger's cellar and owes a debt from his childhood.",
			"Bart Edwards", "Richard Short", "Alexandra Evans", "Daniel Schutzmann"),
		film("movie-dont-click", "Don't Click", 2020, 1299, 25, "Two students are drawn into the website that one of them cannot leave alone.",
			"Valter Skarsgård", "Mark Koufos", "Catherine Howard"),
		film("movie-the-general", "The General", 1926, 799, 60, "An engine driver chases his stolen locomotive across a war.",
			"Buster Keaton", "Marion Mack", "Glen Cavender"),
		film("movie-metropolis", "Metropolis", 1927, 999, 35, "The son of a city's master goes down to those who keep it running.",
			"Brigitte Helm", "Alfred Abel", "Gustav Fröhlich"),
		film("movie-nosferatu", "Nosferatu", 1922, 899, 30, "A clerk sells a house to a count and brings a plague home.",
			"Max Schreck", "Gustav von Wangenheim", "Greta Schröder"),
		film("movie-safety-last", "Safety Last!", 1923, 799, 22, "A shop assistant climbs a tower to be seen by the right people.",
			"Harold Lloyd", "Mildred Davis", "Bill Strother"),
		film("movie-city-lights", "City Lights", 1931, 1099, 18, "A tramp finds the money for the operation of a blind flower girl.",
			"Charlie Chaplin", "Virginia Cherrill", "Harry Myers"),
		film("movie-m", "M", 1931, 1099, 16, "A city's police and its thieves look for the same man.",
			"Peter Lorre", "Otto Wernicke", "Gustaf Gründgens"),
		film("movie-the-kid", "The Kid", 1921, 799, 0, "A tramp brings up a child that he found.",
			"Charlie Chaplin", "Jackie Coogan", "Edna Purviance"),
		film("movie-sherlock-jr", "Sherlock Jr.", 1924, 799, 27, "A projectionist dreams himself into the film that he shows.",
			"Buster Keaton", "Kathryn McGuire", "Joe Keaton"),
		film("movie-his-girl-friday", "His Girl Friday", 1940, 999, 21, "An editor has one day to win back his best reporter.",
			"Cary Grant", "Rosalind Russell", "Ralph Bellamy"),
		film("movie-night-of-the-living-dead", "Night of the Living Dead", 1968, 999, 33, "Seven people hold a farmhouse until morning.",
			"Duane Jones", "Judith O'Dea", "Karl Hardman"),

		car("vehicle-golf-2016", "Volkswagen", "Golf", 2016, 98_400, 1_149_000, "Petrol, five doors, full service history."),
		car("vehicle-zoe-2019", "Renault", "Zoe", 2019, 41_200, 1_290_000, "Electric, 41 kWh, bought with its battery."),
		car("vehicle-panda-2012", "Fiat", "Panda", 2012, 121_000, 489_000, "Small, frugal, new clutch."),
		car("vehicle-octavia-2018", "Škoda", "Octavia", 2018, 143_700, 1_085_000, "Diesel estate with a tow bar."),
		car("vehicle-yaris-2021", "Toyota", "Yaris", 2021, 22_300, 1_745_000, "Hybrid, one owner."),
		car("vehicle-berlingo-2015", "Citroën", "Berlingo", 2015, 156_800, 729_000, "Van with five seats and room for a workbench."),
		car("vehicle-model-3-2020", "Tesla", "Model 3", 2020, 67_900, 2_390_000, "Electric, long range, winter tyres on rims."),
		car("vehicle-mx5-1998", "Mazda", "MX-5", 1998, 187_500, 649_000, "Two seats, soft roof replaced last year."),

		goods("goods-kettle", "Kettle", 3499, 120, "Steel, 1.7 litres, switches itself off."),
		goods("goods-toaster", "Toaster", 4299, 75, "Two slots, six levels, crumb tray."),
		goods("goods-popcorn-maker", "Popcorn maker", 2999, 48, "Hot air, no oil, a bowl in three minutes."),
		goods("goods-blanket", "Wool blanket", 5900, 64, "130 × 180 cm, washable by hand."),
		goods("goods-desk-lamp", "Desk lamp", 4500, 52, "Dimmable, warm white, arm of 80 cm."),
		goods("goods-headphones", "Headphones", 8900, 37, "Closed, with cable, folding."),
		goods("goods-projector", "Projector", 39_900, 9, "Full HD, 2000 lumens, short throw."),
		goods("goods-screen", "Projection screen", 12_900, 14, "100 inches, 16:9, with a tripod."),
		goods("goods-hdmi-cable", "HDMI cable", 1299, 210, "3 metres."),
		goods("goods-roof-box", "Roof box", 27_900, 11, "420 litres, opens from both sides."),
		goods("goods-floor-mats", "Floor mats", 3900, 80, "A set of four, cut to size."),
		goods("goods-jump-starter", "Jump starter", 7900, 26, "Lithium, 1000 A, charges telephones too."),
		goods("goods-ice-scraper", "Ice scraper", 499, 300, "Brass blade."),
		goods("goods-travel-mug", "Travel mug", 2499, 0, "Keeps coffee hot for six hours."),
	}
}

func film(id, title string, year, price, stock int, description string, cast ...string) Product {
	return &Movie{Article: demoArticle(id, price, stock, description), Title: title, Year: year, Cast: cast}
}

// car is the only one of its kind: a used vehicle has one piece in stock.
func car(id, maker, model string, year, mileage, price int, description string) Product {
	return &Vehicle{Article: demoArticle(id, price, 1, description), Make: maker, Model: model, Year: year, Mileage: mileage}
}

func goods(id, name string, price, stock int, description string) Product {
	article := demoArticle(id, price, stock, description)
	article.Name = name
	return &Goods{Article: article}
}

func demoArticle(id string, price, stock int, description string) Article {
	return Article{
		ID: id, SKU: "DEMO-" + id, Price: Money{Amount: price, Currency: Currency}, Stock: stock, Description: &description,
	}
}
