using System.Diagnostics;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Protocol;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

/// <summary>What most tests need: patience, deterministic images, clients that remember.</summary>
internal static class TestSupport
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static FrameHeader Header(OutputKind kind, int width, int height, ulong sequence = 7, uint session = 0xCAFE) => new(
        kind, PayloadEncoding.Raw, 0, (ushort)width, (ushort)height, 640, 480, sequence, 1_700_000_000_123_456_789, 0, session,
        PixelTransform.OfResize(width, height, 640, 480), 1, 0, 0x0123456789ABCDEF, 0);

    public static MqttConnectionOptions Options(LocalBroker broker, string client, MqttWill? will = null) => Options(broker.Address, client, will);

    public static MqttConnectionOptions Options(BrokerAddress broker, string client, MqttWill? will = null) => new()
    {
        Broker = broker,
        ClientId = client,
        Will = will,
        MinimumDelay = TimeSpan.FromMilliseconds(20),
        MaximumDelay = TimeSpan.FromMilliseconds(100),
    };

    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"did not happen: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>A plain MQTT client, so that our own code is not tested with itself.</summary>
    public static async Task<(IMqttClient Client, Channel<MqttApplicationMessage> Inbox)> ListenAsync(BrokerAddress broker, string filter)
    {
        var inbox = Channel.CreateUnbounded<MqttApplicationMessage>();
        IMqttClient client = new MqttClientFactory().CreateMqttClient();
        client.ApplicationMessageReceivedAsync += args => inbox.Writer.WriteAsync(args.ApplicationMessage).AsTask();
        await client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer(broker.Host, broker.Port).Build());
        await client.SubscribeAsync(filter, MqttQualityOfServiceLevel.AtLeastOnce);
        return (client, inbox);
    }

    public static async Task<T> NextAsync<T>(Channel<T> inbox) => await inbox.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public static Process StartChild(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [typeof(TestSupport).Assembly.Location, .. arguments]) { RedirectStandardOutput = true })!;

    /// <summary>Rooms of a kind: a slanted plane with a hole of every invalid value.</summary>
    public static float[] DepthImage(int width, int height)
    {
        float[] metres = new float[width * height];
        for (int i = 0; i < metres.Length; i++)
        {
            metres[i] = 0.5f + (i % width * 0.013f) + (i / width * 0.0071f);
        }
        float[] invalid = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -1f, 65.6f, 1e9f, 0.0004f];
        invalid.CopyTo(metres.AsSpan(metres.Length / 2));
        return metres;
    }

    public static float[] NormalsImage(int width, int height)
    {
        int count = width * height;
        float[] planes = new float[3 * count];
        var random = new Random(5);
        for (int i = 0; i < count; i++)
        {
            float x = (float)(random.NextDouble() * 2) - 1;
            float y = (float)(random.NextDouble() * 2) - 1;
            float z = -(float)random.NextDouble() - 0.05f;
            float length = MathF.Sqrt((x * x) + (y * y) + (z * z));
            (planes[i], planes[count + i], planes[(2 * count) + i]) = (x / length, y / length, z / length);
        }
        return planes;
    }

    public static byte[] SegmentationImage(int width, int height)
    {
        byte[] ids = new byte[width * height];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = (byte)((i % width / 5 + i / width / 7) % 13);
        }
        ids[^1] = ClassMap.Unlabelled;
        return ids;
    }

    public static PayloadBuffer Encode(PayloadEncoding encoding, in FrameHeader header)
    {
        var encoder = new PayloadEncoder(header.Kind, encoding);
        var buffer = new PayloadBuffer();
        switch (header.Kind)
        {
            case OutputKind.Segmentation:
                encoder.EncodeSegmentation(header, SegmentationImage(header.Width, header.Height), buffer);
                break;
            case OutputKind.Depth:
                encoder.EncodeDepth(header, DepthImage(header.Width, header.Height), buffer);
                break;
            default:
                encoder.EncodeNormals(header, NormalsImage(header.Width, header.Height), buffer);
                break;
        }
        return buffer;
    }

    public static TheoryData<OutputKind, PayloadEncoding> Combinations => new()
    {
        { OutputKind.Segmentation, PayloadEncoding.Png },
        { OutputKind.Segmentation, PayloadEncoding.Fast },
        { OutputKind.Segmentation, PayloadEncoding.Raw },
        { OutputKind.Depth, PayloadEncoding.Png },
        { OutputKind.Depth, PayloadEncoding.Fast },
        { OutputKind.Depth, PayloadEncoding.Rvl },
        { OutputKind.Depth, PayloadEncoding.Raw },
        { OutputKind.Normals, PayloadEncoding.Png },
        { OutputKind.Normals, PayloadEncoding.Fast },
        { OutputKind.Normals, PayloadEncoding.Raw },
    };
}
