package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a Postgres cluster and a bridge that belong to this run.
type server struct {
	bindir, bridgeProgram, directory, user string
	fullDisk                               string // library to preload (test/lib/full_disk.c)
	access, secret                         string
	pgPort, bridgePort                     int
	bridge                                 *exec.Cmd
	stopped                                bool
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func transport(connections int) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}
}

func (s *server) endpoint() string    { return fmt.Sprintf("http://127.0.0.1:%d/", s.bridgePort) }
func (s *server) data() string        { return filepath.Join(s.directory, "data") }
func (s *server) diskControl() string { return filepath.Join(s.directory, "full_disk") }
func (s *server) conninfo(role string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=%s dbname=postgres", s.pgPort, role)
}

// run starts one of Postgres' programs, as an unprivileged user if we are root.
func (s *server) run(name string, arguments ...string) error {
	command := exec.Command(filepath.Join(s.bindir, name), arguments...)
	command.Env = append(os.Environ(), "LD_PRELOAD="+s.fullDisk, "DY_FULL_DISK="+s.diskControl())
	if os.Geteuid() == 0 {
		u, err := user.Lookup(s.user)
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		command.Dir = "/"
	}
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %v: %s", name, err, output)
	}
	return nil
}

func (s *server) sql(text string) (string, error) {
	output, err := exec.Command(filepath.Join(s.bindir, "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1",
		"-d", s.conninfo("postgres"), "-c", text).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%v: %s", err, output)
	}
	return strings.TrimSpace(string(output)), nil
}

func startServer(bindir, bridge, directory, owner, fullDisk string) (*server, error) {
	if bindir == "" || directory == "" {
		return nil, errors.New("--bindir and --directory are needed")
	}
	s := &server{bindir: bindir, bridgeProgram: bridge, directory: directory, user: owner, fullDisk: fullDisk,
		access: "AKIDTORTURE", secret: "torture", pgPort: freePort(), bridgePort: freePort()}
	os.RemoveAll(s.data())
	os.Remove(s.diskControl())
	if err := os.MkdirAll(s.data(), 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		u, err := user.Lookup(owner)
		if err != nil {
			return nil, err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		os.Chown(s.data(), uid, gid)
	}
	if err := s.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
		"--wal-segsize=1"); err != nil {
		return nil, err
	}
	conf, err := os.OpenFile(filepath.Join(s.data(), "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conf, "port = %d\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '%s'\n"+
		"shared_preload_libraries = 'dynamo'\nwal_level = logical\nmax_connections = 100\ncheckpoint_timeout = 30s\n"+
		"max_wal_size = 256MB\nwal_recycle = off\n", // every new segment needs room
		s.pgPort, s.data())
	conf.Close()
	if err = s.startPostgres(); err != nil {
		return nil, err
	}
	for _, text := range []string{"CREATE EXTENSION dynamo", "CREATE EXTENSION amcheck", "CREATE ROLE crowd LOGIN",
		fmt.Sprintf("SELECT dynamo.create_access_key('torture', '%s', '%s')", s.access, s.secret)} {
		if _, err = s.sql(text); err != nil {
			return nil, err
		}
	}
	return s, s.startBridge()
}

func (s *server) startPostgres() error {
	return s.run("pg_ctl", "-D", s.data(), "-w", "-t", "120", "-l", filepath.Join(s.data(), "log"), "start")
}

func (s *server) startBridge() error {
	log, err := os.OpenFile(filepath.Join(s.directory, "bridge.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	s.bridge = exec.Command(s.bridgeProgram, "--port", strconv.Itoa(s.bridgePort), "--database", s.conninfo("dynamo_bridge"),
		"--queue-timeout", "1000")
	s.bridge.Stdout, s.bridge.Stderr = log, log
	if err = s.bridge.Start(); err != nil {
		return err
	}
	return s.waitHealthy()
}

// waitHealthy waits until requests are answered again for a whole second (a
// server may take a moment to see that it has to recover), and starts Postgres
// where it has given up: its recovery, too, may need room on the disk.
func (s *server) waitHealthy() error {
	c := newClient(s.endpoint(), s.access, s.secret)
	var err error
	answers := 0
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if _, err = c.call("ListTables", object{}); err == nil {
			if answers++; answers == 20 {
				return nil
			}
			continue
		}
		answers = 0
		if s.run("pg_ctl", "-D", s.data(), "status") != nil {
			s.startPostgres()
		}
	}
	return fmt.Errorf("no answer for two minutes: %v", err)
}

// hit does harm to a part of the system and waits for the recovery.
func (s *server) hit(victim string, random *rand.Rand) error {
	switch victim {
	case "bridge":
		s.bridge.Process.Kill()
		s.bridge.Wait()
		return s.startBridge()
	case "postmaster":
		text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
		if err != nil {
			return err
		}
		pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
		if err != nil {
			return err
		}
		syscall.Kill(pid, syscall.SIGKILL)
		// its backends may still answer; a new one starts when they are gone
		for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); time.Sleep(200 * time.Millisecond) {
			if err = s.startPostgres(); err == nil {
				return s.waitHealthy()
			}
		}
		return err
	case "disk":
		// relations, WAL, free space maps, or everything, the log too
		files := []string{"/base/", "/pg_wal/", "_fsm", "/"}[random.Intn(4)]
		if err := os.WriteFile(s.diskControl(), []byte(files+"\n"), 0o644); err != nil {
			return err
		}
		time.Sleep(3 * time.Second)
		if err := os.Remove(s.diskControl()); err != nil {
			return err
		}
		return s.waitHealthy()
	case "connections":
		if err := s.exhaust(3 * time.Second); err != nil {
			return err
		}
		return s.waitHealthy()
	default:
		text, err := s.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
		if err != nil {
			return err
		}
		pids := strings.Fields(text)
		if len(pids) == 0 {
			return errors.New("no backend to kill")
		}
		pid, _ := strconv.Atoi(pids[random.Intn(len(pids))])
		syscall.Kill(pid, syscall.SIGKILL)
		return s.waitHealthy()
	}
}

// exhaust ends the bridge's connections to Postgres and for some time takes
// all that it can get itself.
func (s *server) exhaust(pause time.Duration) error {
	var held []net.Conn
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	take := func() {
		for c := s.connect("crowd"); c != nil; c = s.connect("crowd") {
			held = append(held, c)
		}
	}
	take()
	_, err := s.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'dynamo_bridge'")
	for end := time.Now().Add(pause); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		take()
	}
	return err
}

// connect opens a session and leaves it idle; nil if it is refused.
func (s *server) connect(role string) net.Conn {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.pgPort))
	if err != nil {
		return nil
	}
	startup := append(binary.BigEndian.AppendUint32(nil, 3<<16), "user\x00"+role+"\x00database\x00postgres\x00\x00"...)
	c.SetDeadline(time.Now().Add(10 * time.Second))
	c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(4+len(startup))), startup...))
	var answer []byte
	for buffer := make([]byte, 4096); !bytes.HasSuffix(answer, []byte("Z\x00\x00\x00\x05I")); {
		count, err := c.Read(buffer)
		answer = append(answer, buffer[:count]...)
		if err != nil || answer[0] == 'E' {
			c.Close()
			return nil
		}
	}
	return c
}

// disagreements are what dynamo.check and amcheck have to complain about.
func (s *server) disagreements(name string) []string {
	var problems []string
	text, err := s.sql(fmt.Sprintf("SELECT * FROM dynamo.check('%s')", name))
	if err != nil {
		problems = append(problems, err.Error())
	} else if text != "" {
		problems = append(problems, text)
	}
	_, err = s.sql(fmt.Sprintf("SELECT bt_index_check(indexrelid, heapallindexed => true) FROM pg_index"+
		" WHERE indrelid = 'dynamo_data.%q'::regclass", name))
	if err != nil {
		problems = append(problems, err.Error())
	}
	return problems
}

func (s *server) stop() {
	if s.stopped {
		return
	}
	s.stopped = true
	if s.bridge != nil && s.bridge.Process != nil {
		s.bridge.Process.Signal(syscall.SIGTERM)
		s.bridge.Wait()
	}
	s.run("pg_ctl", "-D", s.data(), "-m", "fast", "stop")
}
