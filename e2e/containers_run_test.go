//go:build linux

package e2e

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/postgres"
	"github.com/weft-graph/weft/internal/shop"
)

// nobody is the user of the images.
const nobody = 65532

// TestContainersRun runs what the containers would, without containers: the programs built as deploy/Dockerfile builds
// them, each with the environment that docker-compose.yml gives it, as a user that is nobody, on a real Redis with its
// password and a real Postgres that deploy/databases.sh has prepared. Only names of hosts and the folder of the secrets
// are others. The health checks of the containers then pass, the storefront shows products, and no service's user can
// open another's database.
func TestContainersRun(t *testing.T) {
	t.Parallel()
	c := &containers{file: readComposeFile(t), dir: shortTempDir(t), hosts: map[string]string{}}
	c.postgres = findPostgres(t)
	redis, err := exec.LookPath("redis-server")
	if err != nil {
		skipUnlessCI(t, "redis-server is not installed")
	}
	for _, host := range []string{"postgres:5432", "redis:6379", "user:4001", "product:4002", "order:4003", "credit:4004", "router:4000", "storefront:4010",
		"user:9100", "product:9100", "order:9100", "credit:9100", "router:9100"} {
		address, err := shop.FreeAddress()
		must(t, err)
		c.hosts[host] = address
	}
	c.secrets = filepath.Join(c.dir, "secrets")
	c.makeSecrets(t)
	c.build(t)
	c.startRedis(t, redis)
	c.startPostgres(t)
	c.checkDatabases(t)
	for _, name := range append(slices.Clone(shop.Services), "router", "storefront") {
		c.startProgram(t, name)
	}
	for _, name := range ours {
		c.awaitHealth(t, name)
	}
	res, err := http.Post("http://"+c.hosts["storefront:4010"]+"/graphql", "application/json",
		strings.NewReader(`{"query":"{ products(first: 1) { totalCount } }"}`))
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	if !regexp.MustCompile(`"totalCount":[1-9]`).Match(body) {
		t.Errorf("the storefront answers %s", body)
	}
}

// containers is the shop as its containers run it.
type containers struct {
	file     composeFile
	dir      string
	secrets  string
	postgres string
	// hosts are addresses by the host:port in docker-compose.yml.
	hosts map[string]string
}

// local makes a text of docker-compose.yml one of this machine.
func (c *containers) local(name, text string) string {
	for _, host := range slices.Sorted(maps.Keys(c.hosts)) {
		text = strings.ReplaceAll(text, host, c.hosts[host])
		service, port, _ := strings.Cut(host, ":")
		if service == name {
			text = strings.ReplaceAll(text, "0.0.0.0:"+port, c.hosts[host])
			text = strings.ReplaceAll(text, "127.0.0.1:"+port, c.hosts[host])
		}
	}
	text = strings.ReplaceAll(text, "/run/secrets", c.secrets)
	text = strings.ReplaceAll(text, "/etc/weft/", c.dir+"/etc/")
	text = strings.ReplaceAll(text, "${DEMO_DATA:-false}", "true")
	return regexp.MustCompile(`\$\{\w+:-(\w*)\}`).ReplaceAllString(text, "$1")
}

// makeSecrets makes the secrets; who mounts them is allowed into their folder.
func (c *containers) makeSecrets(t *testing.T) {
	t.Helper()
	makeSecrets(t, c.secrets)
	must(t, os.Chmod(c.secrets, 0o755))
	path := filepath.Join(c.secrets, "redis_url")
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "redis:6379", c.hosts["redis:6379"])), 0o644))
}

// build runs the commands of the Dockerfile's stage that builds.
func (c *containers) build(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "deploy/Dockerfile"))
	must(t, err)
	command := regexp.MustCompile(`(?s)RUN (go build .*?[^\\])\n`).FindSubmatch(text)
	if command == nil || !bytes.Contains(text, []byte("\nENV CGO_ENABLED=0\n")) {
		t.Fatal("deploy/Dockerfile has no static go build")
	}
	must(t, os.MkdirAll(filepath.Join(c.dir, "etc"), 0o755))
	script := strings.ReplaceAll(string(command[1]), "/out/", c.dir+"/bin/")
	build := exec.Command("sh", "-c", script)
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	for _, name := range append(slices.Clone(shop.Services), "weft", "storefront", "probe") {
		program, err := elf.Open(filepath.Join(c.dir, "bin", name))
		must(t, err)
		if slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
			t.Errorf("%s is not static: an image that holds nothing else cannot run it", name)
		}
		must(t, program.Close())
	}
	etc := fmt.Sprintf(`%[1]s/bin/weft compose supergraph.yaml --output %[1]s/etc/supergraph.graphql && cp --parents router.yaml web/playground/operations/*.graphql %[1]s/etc/ && printf '{}' >%[1]s/etc/trusted-documents.json`, c.dir)
	prepare := exec.Command("sh", "-c", etc)
	prepare.Dir = root
	if out, err := prepare.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", etc, err, out)
	}
}

// start starts a process that ends with the test, and returns its output.
func start(t *testing.T, cmd *exec.Cmd, uid uint32) *bytes.Buffer {
	t.Helper()
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second // for a child of its own that outlives it
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	}
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		hung := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // the signal is its status
		hung.Stop()
		if t.Failed() {
			t.Logf("%s wrote:\n%s", filepath.Base(cmd.Path), out)
		}
	})
	return out
}

// startRedis starts Redis with the configuration that the container's command writes.
func (c *containers) startRedis(t *testing.T, binary string) {
	t.Helper()
	host, port, err := net.SplitHostPort(c.hosts["redis:6379"])
	must(t, err)
	command := c.file.Services["redis"].Command
	if len(command) != 3 || !strings.Contains(command[2], "exec redis-server -") {
		t.Fatalf("Redis is started by %q", command)
	}
	script := c.local("redis", strings.ReplaceAll(command[2], "$$", "$"))
	script = strings.Replace(script, "exec redis-server -", fmt.Sprintf("exec %s - --bind %s --port %s", binary, host, port), 1)
	cmd := exec.Command(command[0], command[1], script)
	cmd.Dir = c.dir
	start(t, cmd, nobody)
	secret, err := os.ReadFile(filepath.Join(c.secrets, "redis_password"))
	must(t, err)
	eventually(t, "Redis does not take its password", func() error {
		conn, err := net.Dial("tcp", c.hosts["redis:6379"])
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprintf(conn, "PING\r\nAUTH %s\r\n", strings.TrimSpace(string(secret)))
		must(t, conn.SetReadDeadline(time.Now().Add(time.Second)))
		answer := make([]byte, 200)
		n, err := io.ReadAtLeast(conn, answer, len("-NOAUTH Authentication required.\r\n+OK\r\n"))
		if err != nil {
			return err
		}
		if text := string(answer[:n]); !strings.HasPrefix(text, "-NOAUTH") || !strings.Contains(text, "+OK") {
			return fmt.Errorf("it answers %q", text)
		}
		return nil
	})
}

// startPostgres starts a server that asks for passwords, as the image's does, and runs deploy/databases.sh in it.
func (c *containers) startPostgres(t *testing.T) {
	t.Helper()
	uid := uint32(os.Geteuid())
	folder := filepath.Join(c.dir, "pg")
	must(t, os.MkdirAll(folder, 0o700))
	if uid == 0 {
		account, err := user.Lookup("postgres")
		must(t, err)
		id, err := strconv.ParseUint(account.Uid, 10, 32)
		must(t, err)
		uid = uint32(id)
		must(t, os.Chown(folder, int(uid), int(uid)))
	}
	initialise := exec.Command(filepath.Join(c.postgres, "initdb"), "-D", folder+"/data", "-U", "postgres", "-A", "scram-sha-256",
		"--pwfile", filepath.Join(c.secrets, "postgres_password"), "-N", "-E", "UTF8", "--locale=C")
	initialise.Dir = folder
	if uid != uint32(os.Geteuid()) {
		initialise.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	if out, err := initialise.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	host, port, err := net.SplitHostPort(c.hosts["postgres:5432"])
	must(t, err)
	cmd := exec.Command(filepath.Join(c.postgres, "postgres"), "-D", folder+"/data", "-k", folder, "-c", "fsync=off",
		"-c", "listen_addresses="+host, "-p", port)
	cmd.Dir = folder
	start(t, cmd, uid)
	eventually(t, "Postgres does not start", func() error {
		_, err := c.psql("postgres", "postgres", "SELECT 1")
		return err
	})
	script := exec.Command("sh", filepath.Join(root, "deploy/databases.sh"))
	script.Env = append(c.psqlEnv("postgres"), "POSTGRES_USER=postgres", "SECRETS="+c.secrets)
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("deploy/databases.sh: %v\n%s", err, out)
	}
}

// psqlEnv is the environment of psql for a user: that of a service, or the administrator.
func (c *containers) psqlEnv(user string) []string {
	secret := strings.TrimPrefix(user, "shop_") + "_database_password"
	if user == "postgres" {
		secret = "postgres_password"
	}
	password, _ := os.ReadFile(filepath.Join(c.secrets, secret)) // without it the server refuses
	host, port, _ := net.SplitHostPort(c.hosts["postgres:5432"])
	return append(os.Environ(), "PATH="+c.postgres+":"+os.Getenv("PATH"), "PGHOST="+host, "PGPORT="+port,
		"PGPASSWORD="+strings.TrimSpace(string(password)), "PGCONNECT_TIMEOUT=5")
}

func (c *containers) psql(user, database, statement string) (string, error) {
	cmd := exec.Command(filepath.Join(c.postgres, "psql"), "-qtAX", "-U", user, "-d", database, "-c", statement)
	cmd.Env = c.psqlEnv(user)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// checkDatabases: each service's user opens its own database and can make tables there, and opens no other one.
func (c *containers) checkDatabases(t *testing.T) {
	t.Helper()
	for _, name := range shop.Services {
		own := "shop_" + name
		if out, err := c.psql(own, own, "CREATE TABLE of_mine (id int); DROP TABLE of_mine"); err != nil {
			t.Errorf("%s cannot use its own database: %v: %s", own, err, out)
		}
		for _, other := range append(slices.Clone(shop.Services), "postgres", "template1") {
			database := "shop_" + other
			if !slices.Contains(shop.Services, other) {
				database = other
			}
			if database == own {
				continue
			}
			if out, err := c.psql(own, database, "SELECT 1"); err == nil || !strings.Contains(out, "permission denied for database") {
				t.Errorf("%s opens %s: %v: %s", own, database, err, out)
			}
		}
	}
}

// startProgram starts one of ours with the environment of its container and nothing else.
func (c *containers) startProgram(t *testing.T, name string) {
	t.Helper()
	data := filepath.Join(c.dir, "data-"+name)
	must(t, os.MkdirAll(data, 0o755))
	if os.Geteuid() == 0 {
		must(t, os.Chown(data, nobody, nobody))
	}
	args := []string{filepath.Join(c.dir, "bin", name)}
	if name == "router" {
		args = []string{c.dir + "/bin/weft", "serve", "--config", c.dir + "/etc/router.yaml", "--supergraph", c.dir + "/etc/supergraph.graphql"}
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = "/", []string{}
	for variable, value := range c.file.Services[name].Environment {
		switch variable { // the folders that are volumes there
		case "DATA_DIR":
			value = data
		case "FILES_DIR":
			value = filepath.Join(data, "files")
		}
		cmd.Env = append(cmd.Env, variable+"="+c.local(name, value))
	}
	start(t, cmd, nobody)
}

// awaitHealth runs the health check of a container until it passes.
func (c *containers) awaitHealth(t *testing.T, name string) {
	t.Helper()
	eventually(t, name+" is not healthy", func() error {
		url := c.local(name, c.file.Services[name].Healthcheck.Test[2])
		out, err := exec.Command(filepath.Join(c.dir, "bin/probe"), url).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}

// findPostgres returns the folder of Postgres's programs.
func findPostgres(t *testing.T) string {
	t.Helper()
	programs, err := postgres.Programs()
	if err != nil {
		skipUnlessCI(t, err.Error())
	}
	return programs
}

// skipUnlessCI skips a test for what it needs; where CI is set nothing may be missing.
func skipUnlessCI(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// shortTempDir is a folder that every user may enter, with a name short enough for sockets in it.
func shortTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weft-c-")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	must(t, os.Chmod(dir, 0o755))
	return dir
}
