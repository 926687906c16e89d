using System.Net;
using System.Net.Sockets;

namespace RoboPerception.Capture.Tests;

/// <summary>Promise: a network camera that is back is noticed at once, and one that only refuses is left alone between two attempts.</summary>
public sealed class HostWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_host_that_answers_again_ends_the_wait()
    {
        using TcpListener closed = Listen();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        using var stopping = new ManualResetEventSlim();
        HostWatch watch = HostWatch.Of($"rtsp://user:secret@127.0.0.1:{port}/camera")!;
        // Nobody is there: this wait ends by itself.
        Assert.True(watch.Wait(TimeSpan.FromMilliseconds(50), stopping));
        Task<bool> waiting = Task.Run(() => watch.Wait(TimeSpan.FromHours(1), stopping));
        using TcpListener back = Listen(port);
        Assert.True(await waiting.WaitAsync(Patience));
    }

    [Fact]
    public void A_host_that_answers_and_refuses_is_asked_once_a_wait()
    {
        using TcpListener listener = Listen();
        using var stopping = new ManualResetEventSlim();
        HostWatch watch = HostWatch.Of($"rtsp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/camera")!;
        Assert.True(watch.Wait(TimeSpan.FromSeconds(1), stopping));
        listener.AcceptTcpClient().Dispose();
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task Stopping_ends_the_wait()
    {
        using TcpListener listener = Listen();
        using var stopping = new ManualResetEventSlim();
        HostWatch watch = HostWatch.Of($"rtsp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/camera")!;
        Task<bool> waiting = Task.Run(() => watch.Wait(TimeSpan.FromHours(1), stopping));
        stopping.Set();
        Assert.False(await waiting.WaitAsync(Patience));
    }

    [Theory]
    [InlineData("rtsp:camera")]
    [InlineData("rtsp://")]
    public void An_address_without_a_host_has_none(string address) => Assert.Null(HostWatch.Of(address));

    private static TcpListener Listen(int port = 0)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return listener;
    }
}
