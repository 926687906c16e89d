using System.Globalization;

namespace RoboPerception.Messaging.Tests;

/// <summary>What the tests about dying run in a process of their own: it says when it is ready and then waits to be killed.</summary>
internal static class Program
{
    public static async Task Main(string[] arguments)
    {
        if (arguments[0] == "broker")
        {
            using LocalBroker broker = LocalBroker.Start();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{broker.ProcessId} {broker.Address.Port}"));
            await Task.Delay(Timeout.Infinite);
        }
        else
        {
            var topics = new Topics("roboperception", "child");
            byte[] will = MessageJson.Write(new StatusDocument(NodeStates.Lost, "s1"));
            await using var connection = new MqttConnection(new MqttConnectionOptions
            {
                Broker = new BrokerAddress("127.0.0.1", int.Parse(arguments[1], CultureInfo.InvariantCulture)),
                ClientId = "child",
                Will = new MqttWill(topics.Status, will),
            });
            await connection.StartAsync();
            connection.SetRetained(topics.Status, MessageJson.Write(new StatusDocument(NodeStates.Ready, "s1")));
            await connection.FlushRetainedAsync();
            Console.WriteLine("ready");
            await Task.Delay(Timeout.Infinite);
        }
    }
}
