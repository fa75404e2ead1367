package e2e

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/internal/shop"
	"github.com/weft-graph/weft/router/config"
)

// composeFile is docker-compose.yml, as far as it is used there. It is decoded strictly: a key that is none of these is
// misspelt, or new and to be looked at.
type composeFile struct {
	Name     string                    `yaml:"name"`
	Services map[string]composeService `yaml:"services"`
	Networks map[string]composeNetwork `yaml:"networks"`
	Volumes  map[string]struct{}       `yaml:"volumes"`
	Secrets  map[string]composeSecret  `yaml:"secrets"`
	Program  any                       `yaml:"x-program"`
	Service  any                       `yaml:"x-service"`
	Env      any                       `yaml:"x-environment"`
	Health   any                       `yaml:"x-health"`
}

type composeService struct {
	Image string `yaml:"image"`
	Build struct {
		Context    string `yaml:"context"`
		Dockerfile string `yaml:"dockerfile"`
		Target     string `yaml:"target"`
	} `yaml:"build"`
	User        string            `yaml:"user"`
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Secrets     []string          `yaml:"secrets"`
	Networks    []string          `yaml:"networks"`
	Ports       []string          `yaml:"ports"`
	Volumes     []string          `yaml:"volumes"`
	Tmpfs       []string          `yaml:"tmpfs"`
	DependsOn   map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
	Healthcheck composeHealth `yaml:"healthcheck"`
	Deploy      struct {
		Resources struct {
			Limits       composeResources `yaml:"limits"`
			Reservations composeResources `yaml:"reservations"`
		} `yaml:"resources"`
	} `yaml:"deploy"`
	Confinement composeConfinement `yaml:",inline"`
}

// composeConfinement is what a container may do.
type composeConfinement struct {
	Restart     string   `yaml:"restart"`
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
	PidsLimit   int      `yaml:"pids_limit"`
	StopGrace   string   `yaml:"stop_grace_period"`
	ShmSize     string   `yaml:"shm_size"`
}

type composeHealth struct {
	Test          []string `yaml:"test"`
	Interval      string   `yaml:"interval"`
	Timeout       string   `yaml:"timeout"`
	Retries       int      `yaml:"retries"`
	StartPeriod   string   `yaml:"start_period"`
	StartInterval string   `yaml:"start_interval"`
}

type composeResources struct {
	CPUs   string `yaml:"cpus"`
	Memory string `yaml:"memory"`
}

type composeNetwork struct {
	Internal bool `yaml:"internal"`
	IPAM     struct {
		Config []struct {
			Subnet string `yaml:"subnet"`
		} `yaml:"config"`
	} `yaml:"ipam"`
}

type composeSecret struct {
	File string `yaml:"file"`
}

// ours are the services that are built here; the others are images of others.
var ours = append(slices.Clone(shop.Services), "router", "storefront")

func readComposeFile(t *testing.T) composeFile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	must(t, err)
	var file composeFile
	if err := yaml.UnmarshalWithOptions(text, &file, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestContainers holds docker-compose.yml to what it promises: health checks, start order, limits, networks that exist,
// and nothing published but the storefront and the router.
func TestContainers(t *testing.T) {
	file := readComposeFile(t)
	dockerfile, err := os.ReadFile(filepath.Join(root, "deploy/Dockerfile"))
	must(t, err)
	if got, want := slices.Sorted(maps.Keys(file.Services)), slices.Sorted(slices.Values(append([]string{"postgres", "redis"}, ours...))); !slices.Equal(got, want) {
		t.Fatalf("the services are %v, want %v", got, want)
	}
	for name, s := range file.Services {
		if len(s.Healthcheck.Test) == 0 || s.Healthcheck.Interval == "" || s.Healthcheck.Timeout == "" || s.Healthcheck.Retries == 0 {
			t.Errorf("%s has no complete health check: %+v", name, s.Healthcheck)
		}
		if limits := s.Deploy.Resources.Limits; limits.CPUs == "" || limits.Memory == "" || s.Confinement.Restart != "unless-stopped" {
			t.Errorf("%s has no limits, or is not restarted: %+v", name, limits)
		}
		isPublished := name == "router" || name == "storefront"
		if isPublished != (len(s.Ports) > 0) {
			t.Errorf("%s publishes %v", name, s.Ports)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s publishes %s to everybody, without TLS", name, port)
			}
		}
		for _, network := range s.Networks {
			if known, ok := file.Networks[network]; !ok || !known.Internal != (network == "edge") {
				t.Errorf("%s is in the network %s, which is %+v", name, network, known)
			}
			if network == "edge" && !isPublished {
				t.Errorf("%s has a way out", name)
			}
		}
		if len(s.Networks) == 0 {
			t.Errorf("%s is in the default network, which has a way out", name)
		}
		checkOrder(t, file, name, nil)
	}
	for _, name := range ours {
		s := file.Services[name]
		if !s.Confinement.ReadOnly || !slices.Equal(s.Confinement.CapDrop, []string{"ALL"}) || !slices.Equal(s.Confinement.SecurityOpt, []string{"no-new-privileges:true"}) || s.Confinement.PidsLimit == 0 {
			t.Errorf("%s may do more than it needs: %+v", name, s.Confinement)
		}
		if s.Build.Target != name || s.Build.Dockerfile != "deploy/Dockerfile" || !strings.Contains(string(dockerfile), " AS "+name+"\n") {
			t.Errorf("%s is built as %+v, and deploy/Dockerfile must have that target", name, s.Build)
		}
		listen := s.Environment["LISTEN"] + s.Environment["ROUTER_LISTEN"]
		_, port, _ := strings.Cut(listen, "0.0.0.0:")
		if test := s.Healthcheck.Test; len(test) != 3 || test[1] != "/probe" || !strings.HasPrefix(test[2], "http://127.0.0.1:"+port+"/") {
			t.Errorf("%s listens on %q and is checked by %q", name, listen, test)
		}
	}
	if !strings.Contains(string(dockerfile), "\nUSER 65532:65532\n") || !strings.Contains(string(dockerfile), "\nFROM scratch AS base\n") {
		t.Error("the images do not start from nothing, or run as root")
	}
}

// checkOrder wants what a service waits for to exist and to be healthy first, and no circle.
func checkOrder(t *testing.T, file composeFile, name string, above []string) {
	t.Helper()
	if slices.Contains(above, name) {
		t.Fatalf("the services wait for each other: %v, %s", above, name)
	}
	for _, other := range slices.Sorted(maps.Keys(file.Services[name].DependsOn)) {
		if _, ok := file.Services[other]; !ok || file.Services[name].DependsOn[other].Condition != "service_healthy" {
			t.Errorf("%s waits for %s: %+v", name, other, file.Services[name].DependsOn[other])
		}
		checkOrder(t, file, other, append(above, name))
	}
}

// TestContainerVariables: every variable that docker-compose.yml sets is one that the program reads, and every one that
// the program reads is set. The programs say themselves what they read; the router reads what router.yaml names.
func TestContainerVariables(t *testing.T) {
	t.Parallel()
	file := readComposeFile(t)
	for _, name := range ours {
		var set []string
		for variable, value := range file.Services[name].Environment {
			plain, isFile := strings.CutSuffix(variable, "_FILE")
			isSecret := regexp.MustCompile(`KEY|SECRET|PASSWORD|REDIS_URL`).MatchString(variable)
			// What another's server wants to know, and is empty without one, no script of ours can make.
			isGiven := value == "${"+variable+":-}"
			switch {
			case isSecret != isFile && !isGiven:
				t.Errorf("%s: %s must come from a file if, and only if, it is secret", name, variable)
			case isFile && value != "/run/secrets/"+filepath.Base(value):
				t.Errorf("%s: %s is %s: want a file in /run/secrets", name, variable, value)
			case isFile && !slices.Contains(file.Services[name].Secrets, filepath.Base(value)):
				t.Errorf("%s: %s is %s, which is not among its secrets %v", name, variable, value, file.Services[name].Secrets)
			}
			set = append(set, plain)
		}
		slices.Sort(set)
		if diff := cmp.Diff(variablesOf(t, name), set); diff != "" {
			t.Errorf("%s (-reads +is given):\n%s", name, diff)
		}
	}
	// The router believes what the storefront says of its customers' addresses, and nobody else.
	subnets := file.Networks["pages"].IPAM.Config
	if trusted := file.Services["router"].Environment["TRUSTED_PROXIES"]; len(subnets) != 1 || trusted != subnets[0].Subnet {
		t.Errorf("the router trusts %q, want the network of the pages alone: %v", trusted, subnets)
	}
	for _, name := range shop.Services {
		store, err := url.Parse(file.Services[name].Environment["DATABASE_URL"])
		must(t, err)
		if own := "shop_" + name; store.User.Username() != own || store.Path != "/"+own {
			t.Errorf("the store of %s is %s, want the database and the user %s", name, store, own)
		}
	}
}

// variablesOf asks a program which variables it reads.
func variablesOf(t *testing.T, name string) []string {
	t.Helper()
	if name == "router" {
		return routerVariables(t)
	}
	out, err := exec.Command(filepath.Join(binaries, name), "--variables").Output()
	must(t, err)
	return strings.Fields(string(out))
}

func routerVariables(t *testing.T) []string {
	t.Helper()
	path := filepath.Join(root, "router.yaml")
	text, err := os.ReadFile(path)
	must(t, err)
	read := map[string]bool{}
	// What is wrong with the values does not matter here: all of them are looked up.
	_, _ = config.Parse(path, text, func(name string) (string, bool) {
		read[name] = true
		return "", !strings.HasSuffix(name, "_FILE")
	})
	for name := range read {
		if read[name+"_FILE"] {
			delete(read, name+"_FILE")
		}
	}
	return slices.Sorted(maps.Keys(read))
}

// TestContainerSecrets: every secret is made by deploy/secrets.sh, mounted where it is needed and nowhere else; making
// them again changes none.
func TestContainerSecrets(t *testing.T) {
	file := readComposeFile(t)
	folder := filepath.Join(t.TempDir(), "secrets")
	made := makeSecrets(t, folder)
	if again := makeSecrets(t, folder); !maps.Equal(made, again) {
		t.Error("making the secrets again changes them")
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(file.Secrets))); diff != "" {
		t.Errorf("deploy/secrets.sh and docker-compose.yml do not name the same secrets (-made +named):\n%s", diff)
	}
	info, err := os.Stat(folder)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of the secrets has the mode %s", info.Mode())
	}
	script, err := os.ReadFile(filepath.Join(root, "deploy/databases.sh"))
	must(t, err)
	mounted := map[string]bool{}
	for name, s := range file.Services {
		used := fmt.Sprint(s.Environment, s.Command)
		if name == "postgres" {
			used += strings.ReplaceAll(string(script), "${service}", strings.Join(shop.Services, "_database_password "))
		}
		for _, secret := range s.Secrets {
			mounted[secret] = true
			if file.Secrets[secret].File != "./deploy/secrets/"+secret {
				t.Errorf("the secret %s is the file %q", secret, file.Secrets[secret].File)
			}
			if !strings.Contains(used, secret) {
				t.Errorf("%s does not use the secret %s", name, secret)
			}
		}
	}
	if len(mounted) != len(made) {
		t.Errorf("of the secrets %v only %v are mounted", slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(mounted)))
	}
}

// makeSecrets runs deploy/secrets.sh and returns what it has made, by name.
func makeSecrets(t *testing.T, folder string) map[string]string {
	t.Helper()
	out, err := exec.Command("sh", filepath.Join(root, "deploy/secrets.sh"), folder).CombinedOutput()
	if err != nil {
		t.Fatalf("deploy/secrets.sh: %v\n%s", err, out)
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	made, seen := map[string]string{}, map[string]bool{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		must(t, err)
		value := strings.TrimSpace(string(text))
		if len(value) < 64 || seen[value] {
			t.Errorf("the secret %s is too short, or is another's too", entry.Name())
		}
		made[entry.Name()], seen[value] = value, true
	}
	return made
}
