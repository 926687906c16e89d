using System.Diagnostics;
using System.Threading.Channels;
using MQTTnet;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class BrokerKillTests
{
    private const int Kills = 20;

    private static readonly Topics Names = new("roboperception", "n");

    [Fact]
    public async Task A_broker_killed_twenty_times_mid_stream_is_met_again_with_every_retained_topic_and_nothing_stale()
    {
        LocalBroker broker = LocalBroker.Start();
        BrokerAddress address = broker.Address;
        await using var node = new MqttConnection(TestSupport.Options(address, "node"));
        await node.StartAsync();
        string[] retained = [Names.Status, Names.Description, Names.Labels("front"), Names.CameraInfo("front")];
        Assert.All(retained, topic => node.SetRetained(topic, MessageJson.Write(new StatusDocument(topic, "s"))));
        await using var robot = new PerceptionSubscriber(TestSupport.Options(address, "robot"), Names, "front", OutputKind.Depth);
        await robot.StartAsync();
        using var publisher = new FramePublisher(node, Names.Output("front", OutputKind.Depth), ContentTypes.Of(PayloadEncoding.Raw));
        long published = 0;
        using var stop = new CancellationTokenSource();
        Task camera = Task.Run(async () =>
        {
            var encoder = new PayloadEncoder(OutputKind.Depth, PayloadEncoding.Raw);
            float[] metres = new float[320 * 240];
            for (ulong sequence = 1; !stop.IsCancellationRequested; sequence++)
            {
                PayloadBuffer buffer = publisher.Rent();
                encoder.EncodeDepth(TestSupport.Header(OutputKind.Depth, 320, 240, sequence), metres, buffer);
                publisher.Publish(buffer);
                Interlocked.Increment(ref published);
                await Task.Delay(2);
            }
        });
        long whenRestarted = 0;
        for (int kill = 0; kill <= Kills; kill++)
        {
            ReceivedPayload? payload = await robot.TakePayloadAsync(OutputKind.Depth, TestSupport.Patience);
            Assert.NotNull(payload);
            // The broker that carried this frame was started after this many frames: an older one would have waited somewhere.
            Assert.True((long)payload.Header.Sequence > whenRestarted, $"kill {kill}: frame {payload.Header.Sequence} is from before {whenRestarted}");
            Assert.Equal(retained.Order(), (await RetainedAsync(address, retained.Length)).Order());
            if (kill == Kills)
            {
                break;
            }
            using (Process mosquitto = Process.GetProcessById(broker.ProcessId))
            {
                mosquitto.Kill();
            }
            await TestSupport.EventuallyAsync(() => broker.HasExited && !node.IsConnected && !robot.IsConnected, "both noticed");
            broker.Dispose();
            whenRestarted = Interlocked.Read(ref published);
            broker = LocalBroker.Start(port: address.Port);
        }
        await stop.CancelAsync();
        await camera;
        Assert.Equal(Kills + 1, node.ConnectCount);
        Assert.Equal(1, robot.Sessions);
        broker.Dispose();
    }

    private static async Task<List<string>> RetainedAsync(BrokerAddress address, int count)
    {
        (IMqttClient late, Channel<MqttApplicationMessage> inbox) = await TestSupport.ListenAsync(address, $"{Names.Root}/+");
        using (late)
        {
            await late.SubscribeAsync($"{Names.Root}/cam/front/labels", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce);
            await late.SubscribeAsync($"{Names.Root}/cam/front/info", MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce);
            var topics = new List<string>();
            while (topics.Count < count)
            {
                topics.Add((await TestSupport.NextAsync(inbox)).Topic);
            }
            return topics;
        }
    }
}
