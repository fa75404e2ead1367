package traffic

import "fmt"

// Kind is one thing that people do in the shop.
type Kind int

// The kinds of operations, in the order of reports.
const (
	Browse      Kind = iota // a page of the catalogue
	Search                  // the catalogue by words
	Detail                  // one product, with its monthly payment and how often it was ordered
	OpenOrder               // the open order with product details and financing: the query that everything is for
	PastOrders              // the orders of before
	AddItem                 // a product goes into the open order, which begins with it
	SetQuantity             // another quantity of a line
	Checkout                // the open order is placed
	Cancel                  // a placed order is cancelled
	Apply                   // a placed order is to be paid in instalments
	Decide                  // staff decide on such an application
	Upload                  // staff add a file to a product
	DeleteFile              // staff delete a file that they have added
	Logout                  // a session ends
	Login                   // a session begins
	Register                // an account is made, and a session begins
	kinds                   // how many there are
)

var kindNames = [kinds]string{
	"browse", "search", "detail", "open order", "past orders", "add item", "set quantity", "checkout", "cancel", "apply", "decide",
	"upload", "delete file", "logout", "login", "register",
}

// String is the name in reports.
func (k Kind) String() string { return kindNames[k] }

// HashesPassword reports whether the kind pays for argon2id.
func (k Kind) HashesPassword() bool { return k == Login || k == Register }

// isStaffs reports whether the kind is done by staff.
func (k Kind) isStaffs() bool { return k == Upload || k == DeleteFile || k == Decide }

// instead names what is done when nobody can do the kind: what leads to it. Nobody can check out while every open order
// is empty, so somebody adds an item. Browsing everybody can.
var instead = [kinds]Kind{
	Browse: Browse, Search: Browse, Detail: Browse,
	OpenOrder: Login, PastOrders: Login, AddItem: Login, SetQuantity: AddItem, Checkout: AddItem, Cancel: Checkout,
	Apply: Checkout, Decide: Apply,
	Upload: Browse, DeleteFile: Upload,
	Logout: Login, Login: Browse, Register: Browse,
}

// Share is how often a kind is done: its weight against the sum of all.
type Share struct {
	Kind   Kind
	Weight int
}

// ShopMix is a shop on an ordinary day, in thousandths: three of four operations look, one in twenty-five places an
// order, and a session has some hundred operations. As many sessions begin as end.
func ShopMix() []Share {
	return []Share{
		{Browse, 284}, {Search, 130}, {Detail, 230}, {OpenOrder, 120}, {PastOrders, 30},
		{AddItem, 90}, {SetQuantity, 25}, {Checkout, 40}, {Cancel, 10}, {Apply, 4}, {Decide, 2},
		{Upload, 10}, {DeleteFile, 5}, {Logout, 10}, {Login, 7}, {Register, 3},
	}
}

func checkMix(mix []Share) error {
	sum := 0
	for _, share := range mix {
		if share.Kind < 0 || share.Kind >= kinds || share.Weight < 0 {
			return fmt.Errorf("the mix has kind %d with the weight %d", share.Kind, share.Weight)
		}
		sum += share.Weight
	}
	if sum == 0 {
		return fmt.Errorf("the mix has no weights")
	}
	return nil
}

// pick returns the kind in whose share a number from 0 to 1 falls.
func pick(mix []Share, number float64) Kind {
	sum := 0
	for _, share := range mix {
		sum += share.Weight
	}
	at := int(number * float64(sum))
	for _, share := range mix {
		if at -= share.Weight; at < 0 {
			return share.Kind
		}
	}
	return mix[len(mix)-1].Kind
}
