package traffic

import (
	"slices"
	"sync"
	"time"
)

// Journal is what the shop has acknowledged, each list in the order of the answers, and what nobody can know.
type Journal struct {
	Products      []Product
	Users         []User
	Orders        []Order
	Cancellations []Cancellation
	EndedSessions []EndedSession
	Uploads       []File
	Deletions     []Deletion
	Applications  []Application
	Decisions     []Decision
	Unknown       []Unknown

	mu sync.Mutex
}

// Product was added, with a stock that nobody but the load's orders has changed.
type Product struct {
	ID    string
	Stock int
}

// User was registered.
type User struct {
	ID string
	Account
}

// Order was placed. It may have been cancelled by the shop since, for want of stock.
type Order struct {
	ID, Customer string
	// Key is the idempotency key, Tries how often it was sent until it was answered.
	Key   string
	Tries int
	Lines []Line
	At    time.Time
}

// Line is a product of an order.
type Line struct {
	ProductID string `json:"productId"`
	Quantity  int    `json:"quantity"`
}

// Cancellation is an order that its customer has cancelled.
type Cancellation struct {
	OrderID string
	At      time.Time
}

// EndedSession is a session with a token that must be refused since the answer came.
type EndedSession struct {
	Username, Token string
	At              time.Time
}

// File was uploaded; SHA256 is that of its bytes, in hex.
type File struct {
	ID, Path, ProductID, Name string
	Size                      int
	SHA256                    string
	At                        time.Time
}

// Deletion is a file that must be gone.
type Deletion struct {
	FileID string
	At     time.Time
}

// Application was made for the financing of an order. It may have been made before, and be acknowledged again.
type Application struct {
	ID, OrderID string
	At          time.Time
}

// Decision is what staff have made of an application.
type Decision struct {
	ApplicationID, Status string
	At                    time.Time
}

// Unknown is a change that was sent, and may or may not have happened: no answer came, or one that says that the shop
// itself does not know. A checkout or cancellation that was answered later is none.
type Unknown struct {
	Kind Kind
	// Username is the customer's, "" for staff's.
	Username string
	// Thing tells what was to be changed: for a Register the username, for a Logout the token, for a Checkout the
	// idempotency key, for a Cancel the order's id, for an Upload the file's name, for a DeleteFile the file's id, for
	// AddItem and SetQuantity the product's id, for an Apply the order's id, for a Decide the application's.
	Thing string
	At    time.Time
}

// note adds to one of the journal's lists.
func note[T any](j *Journal, list *[]T, entry T) {
	j.mu.Lock()
	defer j.mu.Unlock()
	*list = append(*list, entry)
}

// unknown notes a change that nobody can know of, once for each thing.
func (j *Journal) unknown(kind Kind, username, thing string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.indexOf(kind, thing) < 0 {
		j.Unknown = append(j.Unknown, Unknown{kind, username, thing, time.Now()})
	}
}

// known takes back that nobody can know.
func (j *Journal) known(kind Kind, thing string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at := j.indexOf(kind, thing); at >= 0 {
		j.Unknown = slices.Delete(j.Unknown, at, at+1)
	}
}

// indexOf finds a checkout or cancellation, the only ones that are tried again; the others are all told.
func (j *Journal) indexOf(kind Kind, thing string) int {
	if kind != Checkout && kind != Cancel {
		return -1
	}
	return slices.IndexFunc(j.Unknown, func(u Unknown) bool { return u.Kind == kind && u.Thing == thing })
}

func (j *Journal) snapshot() *Journal {
	j.mu.Lock()
	defer j.mu.Unlock()
	return &Journal{
		Products: slices.Clone(j.Products), Users: slices.Clone(j.Users), Orders: slices.Clone(j.Orders),
		Cancellations: slices.Clone(j.Cancellations), EndedSessions: slices.Clone(j.EndedSessions), Uploads: slices.Clone(j.Uploads),
		Deletions: slices.Clone(j.Deletions), Applications: slices.Clone(j.Applications), Decisions: slices.Clone(j.Decisions),
		Unknown: slices.Clone(j.Unknown),
	}
}
