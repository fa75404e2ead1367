//go:build linux

package e2e

import (
	"cmp"
	"slices"
	"time"

	"github.com/weft-graph/weft/internal/shop"
	"github.com/weft-graph/weft/internal/traffic"
)

// fault is something that happens to a shop while people are in it.
type fault struct {
	name string
	// targets are the parts that it happens to, one in each round.
	targets []string
	// inject makes it happen and mend ends it: mend returns when the part is ready again.
	inject, mend func(s *faultShop, target string) error
	// lasts is how long it does so; 0 for outage.
	lasts time.Duration
	// isFelt says that operations fail while it lasts, so it lasts until one has.
	isFelt bool
	// harmless says that no operation may fail, nor miss a part of its answer.
	harmless bool
	// fails are the operations that may fail; nil for those that need the target.
	fails []traffic.Kind
	// findsRush says that it is to find as many operations on their way as can be, in a long run.
	findsRush bool
	// fillsDisk says that it needs a disk of its own.
	fillsDisk bool
	// leavesBytes says that product may die, or lose its database, while it adds a file: what it leaves goes at a sweep.
	leavesBytes bool
}

// need is what becomes of operations while a part is down: fails of those that it has to answer, misses of those from
// whose answer something of it is left out. All others have to succeed.
type need struct{ fails, misses []traffic.Kind }

var (
	everything = []traffic.Kind{
		traffic.Browse, traffic.Search, traffic.Detail, traffic.OpenOrder, traffic.PastOrders, traffic.AddItem, traffic.SetQuantity,
		traffic.Checkout, traffic.Cancel, traffic.Apply, traffic.Decide, traffic.Upload, traffic.DeleteFile, traffic.Logout,
		traffic.Login, traffic.Register,
	}
	needs = map[string]need{
		// Who somebody is the router asks user for, unless Redis remembers it.
		"user": {fails: everything[3:]},
		"product": {
			fails:  []traffic.Kind{traffic.Browse, traffic.Search, traffic.Detail, traffic.Upload, traffic.DeleteFile},
			misses: []traffic.Kind{traffic.OpenOrder, traffic.PastOrders, traffic.AddItem, traffic.SetQuantity, traffic.Checkout},
		},
		"order": {
			fails:  []traffic.Kind{traffic.PastOrders, traffic.AddItem, traffic.SetQuantity, traffic.Checkout, traffic.Cancel},
			misses: []traffic.Kind{traffic.Detail, traffic.OpenOrder},
		},
		"credit": {
			fails:  []traffic.Kind{traffic.Apply, traffic.Decide},
			misses: []traffic.Kind{traffic.Browse, traffic.Search, traffic.Detail, traffic.OpenOrder, traffic.SetQuantity},
		},
		"router":   {fails: everything},
		"postgres": {fails: everything},
	}
)

// may says what may happen to operations while the fault is at a target.
func (f *fault) may(target string) need {
	switch {
	case f.harmless:
		return need{}
	case f.fails != nil:
		return need{fails: f.fails}
	default:
		return needs[target]
	}
}

// duration is how long the fault lasts.
func (f *fault) duration() time.Duration { return cmp.Or(f.lasts, outage) }

// allows says whether an operation of this kind may end so.
func (n need) allows(kind traffic.Kind, class traffic.Class) bool {
	return slices.Contains(n.fails, kind) || class == traffic.Partial && slices.Contains(n.misses, kind)
}

// weights makes each operation come often enough to see it fail and recover within seconds; passwords are dear to hash.
var weights = []traffic.Share{
	{Kind: traffic.Browse, Weight: 8}, {Kind: traffic.Search, Weight: 5}, {Kind: traffic.Detail, Weight: 6}, {Kind: traffic.OpenOrder, Weight: 6},
	{Kind: traffic.PastOrders, Weight: 5}, {Kind: traffic.AddItem, Weight: 14}, {Kind: traffic.SetQuantity, Weight: 6}, {Kind: traffic.Checkout, Weight: 10},
	{Kind: traffic.Cancel, Weight: 6}, {Kind: traffic.Apply, Weight: 6}, {Kind: traffic.Decide, Weight: 5}, {Kind: traffic.Upload, Weight: 7},
	{Kind: traffic.DeleteFile, Weight: 5}, {Kind: traffic.Logout, Weight: 5}, {Kind: traffic.Login, Weight: 3}, {Kind: traffic.Register, Weight: 3},
}

// The databases that the shop runs on.
const (
	onSQLite   = "SQLite"
	onPostgres = "Postgres"
)

// faultGroup is what happens to one shop, in this order.
type faultGroup struct {
	name, database string
	faults         []*fault
}

func faultGroups() []faultGroup {
	return []faultGroup{
		{"processes", onSQLite, faultsOfProcesses()},
		{"connections and disks", onSQLite, append(faultsOfConnections(), faultsOfDisks()...)},
		{"Postgres", onPostgres, faultsOfPostgres()},
	}
}

func faultsOfProcesses() []*fault {
	product := killed("product is killed", "product")
	product.leavesBytes = true
	return []*fault{
		killed("user is killed", "user"),
		product,
		killed("order is killed", "order"),
		killed("credit is killed", "credit"),
		killed("the router is killed", "router"),
		{
			name: "Redis is stopped, and loses everything", targets: []string{"redis"}, harmless: true,
			inject: func(s *faultShop, _ string) error { return s.StopRedis() },
			mend:   func(s *faultShop, _ string) error { return s.StartRedis() },
		},
	}
}

func faultsOfConnections() []*fault {
	late := spoilt("each answer is 300 ms late", toxic{"latency", `{"latency": 150, "jitter": 50}`}, "all")
	late.harmless = true
	reset := spoilt("connections are reset", toxic{"reset_peer", `{"timeout": 0}`}, "product", "order", "user", "credit")
	reset.isFelt = true
	dead := spoilt("connections go dead", toxic{"timeout", `{"timeout": 0}`}, "order", "credit", "product", "user")
	dead.isFelt, dead.lasts = true, silence
	slow := spoilt("connections carry 2 KB a second", toxic{"bandwidth", `{"rate": 2}`}, "credit", "user", "product", "order")
	return []*fault{late, reset, dead, slow}
}

func faultsOfDisks() []*fault {
	return []*fault{
		{
			name: "the quota for files is used up", targets: []string{"product"}, fails: []traffic.Kind{traffic.Upload}, isFelt: true,
			inject: func(s *faultShop, _ string) error { return s.disk.fillQuota(s.clerk) },
			mend:   func(s *faultShop, _ string) error { return s.disk.clearQuota(s.clerk) },
		},
		{
			name: "the disk for files is full", targets: []string{"product"}, fails: []traffic.Kind{traffic.Upload}, isFelt: true, fillsDisk: true,
			inject: func(s *faultShop, _ string) error { return s.disk.keepFull() },
			mend:   func(s *faultShop, _ string) error { return s.disk.empty() },
		},
	}
}

func faultsOfPostgres() []*fault {
	cut := &fault{
		name: "Postgres is cut off, and recovers from its log", targets: []string{"postgres"}, isFelt: true, findsRush: true,
		inject: func(s *faultShop, _ string) error { return s.CutPostgres() }, mend: startAgain,
	}
	stopped := &fault{
		name: "Postgres is stopped", targets: []string{"postgres"}, isFelt: true, findsRush: true,
		inject: func(s *faultShop, target string) error { return s.Programs[target].Stop() }, mend: startAgain,
	}
	service := killed("a service on Postgres is killed", "order", "product", "credit", "user")
	list := []*fault{cut, stopped, service}
	for _, f := range list {
		f.leavesBytes = true // also where the database is lost while a file is noted
	}
	return list
}

// killed is a fault of processes.
func killed(name string, targets ...string) *fault {
	return &fault{
		name: name, targets: targets, isFelt: true, findsRush: true,
		inject: func(s *faultShop, target string) error { return s.Programs[target].Kill() }, mend: startAgain,
	}
}

func startAgain(s *faultShop, target string) error { return s.Programs[target].Start() }

// spoilt is a fault of the connections between the router and one service after the other, or "all" of them.
func spoilt(name string, how toxic, targets ...string) *fault {
	services := func(target string) []string {
		if target == "all" {
			return shop.Services
		}
		return []string{target}
	}
	return &fault{
		name: "between the router and services, " + name, targets: targets,
		inject: func(s *faultShop, target string) error { return s.proxies.spoil(services(target), how) },
		mend: func(s *faultShop, target string) error {
			s.proxies.heal(services(target))
			return nil
		},
	}
}
