// Package catalog says what a product is called and what it costs now: by the store's copy of the catalogue, or by the
// product service itself for a product that no event has told of yet. In go ids, out come offers, or a *fail.Error:
// NOT_FOUND for a product that is not sold, CONFLICT for one that is sold out, UNAVAILABLE for a product service that is
// needed and slow, broken or down. The package stores nothing.
package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/entity"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

const (
	service        = "product"
	maxAnswerBytes = 64 << 10
	maxParallel    = 8
	maxNameLength  = 1023
	currencyLength = 3
)

// Client asks one product service.
type Client struct {
	// URL is the address of the product service, without a path.
	URL string
	// Key is the HMAC key that the product service knows.
	Key []byte
	// Timeout bounds one call: all the products that it asks for together.
	Timeout time.Duration
	// HTTP sends the requests.
	HTTP *http.Client
}

// New returns a Client with its own connections. It follows no redirect, since a signature holds for one address.
func New(address string, key []byte, timeout time.Duration) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 4 * maxParallel
	return &Client{
		URL: address, Key: key, Timeout: timeout,
		HTTP: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Offer returns the offer of one product.
func (c *Client) Offer(ctx context.Context, id string) (store.Offer, error) {
	list, err := c.Offers(ctx, []string{id})
	if err != nil {
		return store.Offer{}, err
	}
	return list[0], nil
}

// Offers returns one offer for each product id, in the same order. If several fail, it returns the error of the first that
// did; a product service that does not answer is asked for no further one.
func (c *Client) Offers(ctx context.Context, ids []string) ([]store.Offer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	list := make([]store.Offer, len(ids))
	err := boot.Parallel(ctx, len(ids), maxParallel, func(ctx context.Context, i int) (err error) {
		list[i], err = c.fetch(ctx, ids[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (c *Client) fetch(ctx context.Context, id string) (store.Offer, error) {
	if !entity.IsID(id) {
		return store.Offer{}, notSold(id)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/peer/products/"+url.PathEscape(id), nil)
	if err != nil {
		return store.Offer{}, fmt.Errorf("ask for product %s: %w", id, err)
	}
	auth.Sign(request, nil, c.Key)
	response, err := c.HTTP.Do(request)
	if err != nil {
		return store.Offer{}, fail.Down(service, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		return store.Offer{}, fail.Down(service, fmt.Errorf("read the answer: %w", err))
	}
	switch response.StatusCode {
	case http.StatusOK:
		return read(id, body)
	case http.StatusNotFound:
		return store.Offer{}, notFound(id, body)
	default:
		return store.Offer{}, fail.Down(service, fmt.Errorf("it answered %s", response.Status))
	}
}

// answer is the product service's word on a product. Pointers tell a member that is missing from one that is zero.
type answer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price *struct {
		Amount   *int   `json:"amount"`
		Currency string `json:"currency"`
	} `json:"price"`
	Available *bool `json:"available"`
}

// read checks an answer before an order is made of it: whatever is not exactly a product counts as no answer.
func read(id string, body []byte) (store.Offer, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return store.Offer{}, fail.Down(service, fmt.Errorf("read the answer on product %s: %w", id, err))
	}
	if a.ID != id || strings.TrimSpace(a.Name) == "" || len(a.Name) > maxNameLength ||
		strings.ContainsFunc(a.Name, unicode.IsControl) || a.Available == nil ||
		a.Price == nil || a.Price.Amount == nil || *a.Price.Amount < 0 || *a.Price.Amount > store.MaxAmount ||
		len(a.Price.Currency) != currencyLength {
		return store.Offer{}, fail.Down(service, fmt.Errorf("the answer on product %s is no product", id))
	}
	if !*a.Available {
		return store.Offer{}, soldOut(a.Name)
	}
	price := store.Money{Amount: *a.Price.Amount, Currency: a.Price.Currency}
	return store.Offer{ProductID: a.ID, Name: a.Name, Price: price}, nil
}

// notFound believes a 404 only if it is the product service's own: a wrong address or a proxy answers 404 too, and
// must not look like a product that is gone.
func notFound(id string, body []byte) error {
	var document struct {
		Errors []struct {
			Extensions struct {
				Code fail.Code `json:"code"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	err := json.Unmarshal(body, &document)
	if err == nil && len(document.Errors) == 1 && document.Errors[0].Extensions.Code == fail.NotFound {
		return notSold(id)
	}
	return fail.Down(service, errors.New("it answered 404 without saying what is not found"))
}

func soldOut(name string) error { return fail.New(fail.Conflict, "%s is sold out.", name) }

func notSold(id string) error {
	return fail.New(fail.NotFound, "There is no product %.64q in the catalogue.", id)
}
