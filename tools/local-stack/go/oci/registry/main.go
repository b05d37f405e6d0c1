// Command registry is a registry of OCI images on loopback, for tests: go-containerregistry's, with blobs on disk and manifests in memory, and repositories that
// ask for a password. It prints its address once it listens, and ends when it is told to.
package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

// access says who may reach the repositories below a prefix.
type access struct {
	prefix, user, password string
	// readable without a password; only a push asks for it.
	readable bool
}

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on; port 0 is any free one")
	blobs := flag.String("blobs", "", "folder of the blobs, made when missing; in memory when empty")
	var guard access
	flag.StringVar(&guard.prefix, "private", "", "repositories below this prefix ask for the password, such as private/")
	flag.StringVar(&guard.user, "user", "", "who may reach them")
	flag.StringVar(&guard.password, "password", "", "the password")
	flag.BoolVar(&guard.readable, "readable", false, "let everybody pull from them: only pushes ask for the password")
	flag.Parse()
	if err := run(*listen, *blobs, guard); err != nil {
		log.Fatalf("registry: %v", err)
	}
}

func run(listen, blobs string, guard access) error {
	if guard.prefix != "" && (guard.user == "" || guard.password == "") {
		return errors.New("-private needs -user and -password")
	}
	options := []registry.Option{registry.Logger(log.New(io.Discard, "", 0))}
	if blobs != "" {
		if err := os.MkdirAll(blobs, 0o755); err != nil {
			return err
		}
		options = append(options, registry.WithBlobHandler(registry.NewDiskBlobHandler(blobs)))
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: guard.wrap(registry.New(options...)), ReadHeaderTimeout: 10 * time.Second}
	ended, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ended.Done()
		_ = server.Close()
	}()
	fmt.Println(listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// wrap asks for the password where it is needed, as registries do: 401 with a challenge for who says nothing or is wrong.
func (guard access) wrap(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if guard.allows(request) {
			inner.ServeHTTP(response, request)
			return
		}
		response.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		response.Header().Set("Content-Type", "application/json")
		response.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintln(response, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
	})
}

func (guard access) allows(request *http.Request) bool {
	if guard.prefix == "" || !strings.HasPrefix(request.URL.Path, "/v2/"+guard.prefix) {
		return true
	}
	if guard.readable && (request.Method == http.MethodGet || request.Method == http.MethodHead) {
		return true
	}
	user, password, given := request.BasicAuth()
	sameUser := subtle.ConstantTimeCompare([]byte(user), []byte(guard.user))
	samePassword := subtle.ConstantTimeCompare([]byte(password), []byte(guard.password))
	return given && sameUser&samePassword == 1
}
