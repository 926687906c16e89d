using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class LocalBrokerTests
{
    [Fact]
    public void It_listens_on_loopback_only_for_MQTT_and_for_browsers()
    {
        using LocalBroker broker = LocalBroker.Start();
        using var client = new TcpClient("127.0.0.1", broker.WebSocketPort);
        client.GetStream().Write(Encoding.ASCII.GetBytes(
            "GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"));
        byte[] answer = new byte[64];
        client.GetStream().ReadAtLeast(answer, 12);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);

        // /proc/net/tcp: local address as little-endian hex, state 0A = listening.
        foreach (int port in (int[])[broker.Address.Port, broker.WebSocketPort])
        {
            string end = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
            string[] listeners = [.. File.ReadLines("/proc/net/tcp").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f => f[3] == "0A" && f[1].EndsWith(end, StringComparison.Ordinal)).Select(f => f[1])];
            Assert.Equal("0100007F" + end, Assert.Single(listeners));
        }
    }

    [Fact]
    public void It_ends_when_it_is_disposed()
    {
        LocalBroker broker = LocalBroker.Start();
        int id = broker.ProcessId;
        Assert.True(IsMosquitto(id));
        broker.Dispose();
        broker.Dispose();
        Assert.True(broker.HasExited);
        Assert.False(IsMosquitto(id));
    }

    [Fact]
    public async Task It_ends_when_its_owner_is_killed()
    {
        using Process child = TestSupport.StartChild("broker");
        string line = (await child.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience))!;
        int id = int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.True(IsMosquitto(id));
        child.Kill();
        await TestSupport.EventuallyAsync(() => !IsMosquitto(id), "mosquitto ended with its owner");
    }

    [Fact]
    public async Task What_a_killed_owner_left_is_removed_by_the_next_and_what_a_living_one_uses_is_not()
    {
        using LocalBroker own = LocalBroker.Start();
        using Process child = TestSupport.StartChild("broker");
        int id = int.Parse((await child.StandardOutput.ReadLineAsync().WaitAsync(TestSupport.Patience))!.Split(' ')[0], CultureInfo.InvariantCulture);
        string left = Configuration(id), used = Configuration(own.ProcessId);
        Assert.True(File.Exists(left));
        child.Kill();
        child.WaitForExit();

        using LocalBroker next = LocalBroker.Start();
        Assert.False(Directory.Exists(Path.GetDirectoryName(left)));
        Assert.True(File.Exists(used));

        static string Configuration(int mosquitto) => File.ReadAllText($"/proc/{mosquitto}/cmdline").Split('\0').Single(argument => argument.EndsWith("mosquitto.conf", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_mosquitto_is_named_with_its_package()
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => LocalBroker.Start("mosquitto-that-is-not-there"));
        Assert.Equal(ExitCode.Broker, exception.ExitCode);
        Assert.Contains("apt install mosquitto", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error_with_the_brokers_own_words()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        UserErrorException exception = Assert.Throws<UserErrorException>(() => LocalBroker.Start(port: port));
        Assert.Equal(ExitCode.Broker, exception.ExitCode);
        Assert.Contains("in use", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsMosquitto(int id)
    {
        try
        {
            // A zombie has an empty command line.
            return File.ReadAllText($"/proc/{id}/cmdline").Contains("mosquitto", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
