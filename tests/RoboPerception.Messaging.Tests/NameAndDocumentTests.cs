using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Messaging.Tests;

public sealed class NameAndDocumentTests
{
    [Fact]
    public void Topics_are_those_of_the_conventions()
    {
        var topics = new Topics("roboperception", "node-1");
        Assert.Equal("roboperception/v1/node-1/status", topics.Status);
        Assert.Equal("roboperception/v1/node-1/description", topics.Description);
        Assert.Equal("roboperception/v1/node-1/health", topics.Health);
        Assert.Equal("roboperception/v1/node-1/metrics", topics.Metrics);
        Assert.Equal("roboperception/v1/node-1/cam/front/info", topics.CameraInfo("front"));
        Assert.Equal("roboperception/v1/node-1/cam/front/labels", topics.Labels("front"));
        Assert.Equal("roboperception/v1/node-1/cam/front/segmentation", topics.Output("front", OutputKind.Segmentation));
        Assert.Equal("roboperception/v1/node-1/cam/front/normals", topics.Output("front", OutputKind.Normals));
        Assert.Equal("roboperception/v1/node-1/cam/front/overlay", topics.Overlay("front"));
        Assert.Equal("site/hall/v1/+/description", Topics.DescriptionsOf("site/hall"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Front")]
    [InlineData("front/left")]
    [InlineData("front+")]
    [InlineData("fr\u00f6nt")]
    public void A_name_that_is_not_an_id_is_refused_with_the_rule(string id)
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => new Topics("roboperception", "n").CameraInfo(id));
        Assert.Equal(ExitCode.Usage, exception.ExitCode);
        Assert.Contains("camera id", exception.Message, StringComparison.Ordinal);
        Assert.Contains("hyphens", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://robot.local", "robot.local", 1883, false, null)]
    [InlineData("mqtts://robot.local", "robot.local", 8883, true, null)]
    [InlineData("mqtts://fleet@10.0.0.7:9000", "10.0.0.7", 9000, true, "fleet")]
    [InlineData("mqtt://a%40b@host/", "host", 1883, false, "a@b")]
    [InlineData("mqtt://[::1]:1884", "::1", 1884, false, null)]
    public void A_broker_address_is_read(string text, string host, int port, bool tls, string? user)
    {
        BrokerAddress address = BrokerAddress.Parse(text);
        Assert.Equal(new BrokerAddress(host, port, tls, user), address);
        Assert.Equal(address, BrokerAddress.Parse(address.ToString()));
    }

    [Theory]
    [InlineData("robot.local")]
    [InlineData("http://robot.local")]
    [InlineData("mqtt://")]
    [InlineData("mqtt://host/topic")]
    [InlineData("mqtt://host:1883?x=1")]
    public void What_is_not_a_broker_address_is_refused_with_an_example(string text)
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => BrokerAddress.Parse(text));
        Assert.Equal(ExitCode.Usage, exception.ExitCode);
        Assert.Contains("mqtt://", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtts://robot:geheim@host")]
    [InlineData("ftp://robot:geheim@host")]
    [InlineData("mqtt://robot:geheim@ho st")]
    public void A_password_in_the_address_is_refused_and_not_repeated(string text)
    {
        UserErrorException exception = Assert.Throws<UserErrorException>(() => BrokerAddress.Parse(text));
        Assert.DoesNotContain("geheim", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_and_will_are_the_documents_of_the_conventions()
    {
        var since = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        Assert.Equal("""{"state":"ready","session":"a1","since":"2026-03-04T05:06:07+00:00"}""", Text(new StatusDocument(NodeStates.Ready, "a1", since)));
        Assert.Equal("""{"state":"lost","session":"a1"}""", Text(new StatusDocument(NodeStates.Lost, "a1")));
    }

    [Fact]
    public void Camera_info_has_the_fields_of_sensor_msgs_for_the_published_grid()
    {
        var camera = new CameraIntrinsics(640, 480, 500, 510, 319.5, 239.5) { Distortion = [0.1, 0, 0, 0, 0] };
        Assert.Equal(
            """{"header":{"stamp":{"sec":0,"nanosec":0},"frame_id":"front_optical_frame"},"height":240,"width":320,"distortion_model":"plumb_bob","d":[0.1,0,0,0,0],"k":[250,0,159.5,0,255,119.5,0,0,1],"r":[1,0,0,0,1,0,0,0,1],"p":[250,0,159.5,0,0,255,119.5,0,0,0,1,0],"binning_x":0,"binning_y":0,"roi":{"x_offset":0,"y_offset":0,"height":0,"width":0,"do_rectify":false}}""",
            Text(CameraInfoDocument.Of(camera, rectified: false, 320, 240, "front_optical_frame")));
        Assert.Equal(0, CameraInfoDocument.Of(null, rectified: false, 320, 240, "f").K[0]);
        Assert.All(CameraInfoDocument.Of(camera, rectified: true, 320, 240, "f").D, d => Assert.Equal(0, d));
    }

    [Fact]
    public void Labels_come_back_as_the_class_map_they_were()
    {
        LabelsDocument document = MessageJson.Read<LabelsDocument>(MessageJson.Write(LabelsDocument.Of(ClassMap.Nyu13)));
        Assert.Equal(255, document.Unlabelled);
        Assert.Equal(ClassMap.Nyu13.Classes, document.ToClassMap().Classes);
    }

    [Fact]
    public void Documents_survive_and_a_field_of_the_future_is_ignored()
    {
        var description = new DescriptionDocument { Node = "n", Session = "s", Versions = new Dictionary<string, string> { ["RoboPerception"] = "0.1" }, Cameras = [new CameraDescription { Id = "front", Source = "v4l2:///dev/video0", Outputs = [new OutputDescription("depth", "t", "fast", 384, 288)] }] };
        string text = Text(description);
        Assert.Equal(text, Text(MessageJson.Read<DescriptionDocument>(Encoding.UTF8.GetBytes(text))));
        Assert.Contains("\"RoboPerception\":\"0.1\"", text, StringComparison.Ordinal);

        var histogram = new LatencyHistogram();
        histogram.Record(2_000_000);
        var metrics = new MetricsDocument("s", DateTimeOffset.UnixEpoch, [new CameraMetrics { Camera = "front", Age = LatencySummary.Of(histogram) }]);
        string newer = Text(metrics).Replace("{\"session\"", "{\"invented_later\":1,\"session\"", StringComparison.Ordinal);
        Assert.Equal(1, MessageJson.Read<MetricsDocument>(Encoding.UTF8.GetBytes(newer)).Cameras[0].Age!.Count);
    }

    private static string Text<T>(T document)
        where T : class => Encoding.UTF8.GetString(MessageJson.Write(document));
}
