package plan_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	ids := strings.Split(os.Getenv("SHOW"), ",")
	for _, c := range readCorpus(t) {
		for _, id := range ids {
			if !strings.HasPrefix(c.ID, id) {
				continue
			}
			g, err := load(c.SupergraphSDL)
			if err != nil {
				t.Log(err)
				continue
			}
			if os.Getenv("SDL") != "" {
				i := strings.Index(c.SupergraphSDL, "enum join__Graph")
				fmt.Println(c.SupergraphSDL[i:])
			}
			fmt.Println(c.ID, c.Topics, "best", c.Best)
			fmt.Println(c.Operation)
			op, errs := g.parser.Parse(c.Operation, "")
			if len(errs) > 0 {
				t.Log(errs[0])
				continue
			}
			p, err := g.planner.Plan(t.Context(), op)
			if err != nil {
				t.Log(err)
				continue
			}
			fmt.Println(p)
		}
	}
}
