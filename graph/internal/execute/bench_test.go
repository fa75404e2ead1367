package execute

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// benchPlan is a list of items whose products come from two other subgraphs.
const benchPlan = `
	shape { name: String, items: [Item!]! { quantity: Int!, product: Product! { -id: ID!, title: String!, maker: Maker { name: String }, price: Int } } }
	fetch order root { name items { quantity product { id } } }
	fetch product after 0 entity items.product : Product(id) { title maker { name } }
	fetch price after 0 entity items.product : Product(id) { price }`

// benchFetcher answers benchPlan's fetches for a number of items, every second of them of the same
// product, and says what the response's data must be.
func benchFetcher(items int, name string) (Fetcher, string) {
	var order, product, price, want strings.Builder
	fmt.Fprintf(&order, `{"data":{"name":%q,"items":[`, name)
	fmt.Fprintf(&want, `{"name":%q,"items":[`, name)
	comma := ""
	known := map[int]bool{}
	for i := range items {
		id := i
		if i%2 == 1 {
			id = 1
		}
		fmt.Fprintf(&order, `%s{"quantity":%d,"product":{"id":"p%d"}}`, comma, i, id)
		fmt.Fprintf(&want, `%s{"quantity":%d,"product":{"title":"product %s %d","maker":{"name":"maker of %d"},"price":%d}}`, comma, i, name, id, id, 100+id)
		if !known[id] {
			fmt.Fprintf(&product, `%s{"title":"product %s %d","maker":{"name":"maker of %d"}}`, comma, name, id, id)
			fmt.Fprintf(&price, `%s{"price":%d}`, comma, 100+id)
		}
		known[id], comma = true, ","
	}
	order.WriteString(`]}}`)
	want.WriteString(`]}`)
	bodies := [][]byte{
		[]byte(order.String()),
		[]byte(`{"data":{"_entities":[` + product.String() + `]}}`),
		[]byte(`{"data":{"_entities":[` + price.String() + `]}}`),
	}
	return fetchFunc(func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
		return FetchResponse{Body: bodies[req.Fetch]}, nil
	}), want.String()
}

func BenchmarkRun(b *testing.B) {
	compiled := Compile(parseScript(&testing.T{}, benchPlan))
	for _, items := range []int{1, 10, 1000} {
		fetcher, want := benchFetcher(items, "x")
		b.Run(fmt.Sprint(items), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(want)))
			for b.Loop() {
				Run(context.Background(), Input{Plan: compiled, Fetcher: fetcher}).Release()
			}
		})
	}
}

func BenchmarkRunOneFetch(b *testing.B) {
	compiled := Compile(parseScript(&testing.T{}, `shape { me: User { id: ID!, name: String } } fetch user root { me { id name } }`))
	fetcher := answers(`{"data":{"me":{"id":"1","name":"Walter"}}}`)
	b.ReportAllocs()
	for b.Loop() {
		Run(context.Background(), Input{Plan: compiled, Fetcher: fetcher}).Release()
	}
}
