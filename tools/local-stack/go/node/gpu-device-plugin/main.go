// Command gpu-device-plugin tells the kubelet of GPUs that are not there, so that a node without any can run what asks for
// them. It speaks the kubelet's device plugin API, v1beta1.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

const (
	socketName   = "kaito-gpu.sock"
	retryAfter   = 500 * time.Millisecond
	callDeadline = 5 * time.Second
)

type devices struct {
	api.UnimplementedDevicePluginServer
	ids []string
}

func (d *devices) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

// ListAndWatch sends the devices once, as they never change, and stays until the kubelet hangs up.
func (d *devices) ListAndWatch(_ *api.Empty, stream api.DevicePlugin_ListAndWatchServer) error {
	response := &api.ListAndWatchResponse{}
	for _, id := range d.ids {
		response.Devices = append(response.Devices, &api.Device{ID: id, Health: api.Healthy})
	}
	if err := stream.Send(response); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

// Allocate names the devices in the container's environment, as NVIDIA's plugin does.
func (d *devices) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	response := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		visible := map[string]string{"NVIDIA_VISIBLE_DEVICES": strings.Join(container.DevicesIds, ",")}
		response.ContainerResponses = append(response.ContainerResponses, &api.ContainerAllocateResponse{Envs: visible})
	}
	return response, nil
}

func main() {
	count := flag.Int("count", 1, "how many GPUs to tell of")
	resource := flag.String("resource", "nvidia.com/gpu", "what they are called")
	folder := flag.String("folder", api.DevicePluginPath, "the kubelet's folder of plugins")
	flag.Parse()
	plugin := &devices{}
	for index := range *count {
		plugin.ids = append(plugin.ids, fmt.Sprintf("GPU-not-real-%d", index))
	}
	for {
		if err := serve(plugin, *folder, *resource); err != nil {
			log.Print(err)
		}
		time.Sleep(retryAfter)
	}
}

// serve registers with the kubelet and returns when the kubelet has forgotten about it: one that restarts empties the folder.
func serve(plugin *devices, folder, resource string) error {
	socket := filepath.Join(folder, socketName)
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	defer server.Stop()
	api.RegisterDevicePluginServer(server, plugin)
	go func() {
		if err := server.Serve(listener); err != nil {
			log.Print(err)
		}
	}()
	if err := register(folder, resource); err != nil {
		return err
	}
	log.Printf("registered %d %s", len(plugin.ids), resource)
	for {
		if _, err := os.Stat(socket); err != nil {
			return err
		}
		time.Sleep(retryAfter)
	}
}

func register(folder, resource string) error {
	target := "unix://" + filepath.Join(folder, filepath.Base(api.KubeletSocket))
	connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), callDeadline)
	defer cancel()
	_, err = api.NewRegistrationClient(connection).Register(ctx, &api.RegisterRequest{
		Version: api.Version, Endpoint: socketName, ResourceName: resource, Options: &api.DevicePluginOptions{},
	})
	return err
}
