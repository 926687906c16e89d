using System.Net;
using System.Text;
using System.Text.Json;
using RoboPerception.Core;
using RoboPerception.Tests;
using RoboPerception.Training.Data;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Reports;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class ReportTests : IDisposable
{
    private static readonly ImageSet Images = MiniatureData.Set(4, 32, 32);
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Checksums_are_those_of_the_record_format()
    {
        // CRC-32C of "123456789" is E3069283 (RFC 3720, B.4); masked: rotated right by 15 bits, plus A282EAD8.
        const uint crc = 0xE3069283;
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8), EventFile.MaskedCrc("123456789"u8));
    }

    [Fact]
    public void Events_are_read_by_other_peoples_readers_of_the_format()
    {
        using (var file = new EventFile(folder, DateTimeOffset.FromUnixTimeSeconds(1000)))
        {
            file.Add(DateTimeOffset.FromUnixTimeSeconds(1001), 300, [new("loss/seg", 1.5), new("loss/none", double.NaN), new("weight/seg", 0.25)]);
        }

        using var events = Events();
        Assert.Equal(2, events.RootElement.GetArrayLength());
        Assert.Equal("brain.Event:2", events.RootElement[0].GetProperty("file_version").GetString());
        var scalars = events.RootElement[1];
        Assert.Equal((1001.0, 300), (scalars.GetProperty("wall_time").GetDouble(), scalars.GetProperty("step").GetInt32()));
        Assert.Equal(
            [("loss/seg", 1.5), ("weight/seg", 0.25)],
            scalars.GetProperty("summary").GetProperty("value").EnumerateArray().Select(value => (value.GetProperty("tag").GetString()!, value.GetProperty("simple_value").GetDouble())));
    }

    [Fact]
    public void A_run_leaves_events_and_a_page_that_is_complete_in_itself()
    {
        var recipe = new TrainingState
        {
            Options = new TrainingOptions { Network = "mtan-segnet:widths=4,4,4,4,4", Height = 32, Width = 32, Epochs = 6, BatchSize = 2, LearningRate = 1e-3, Weighting = "dwa" },
            DataSet = "boxes & floors",
        };
        using (var trainer = Trainer.Start(folder, recipe, Images, Images, CPU))
        using (new RunEvents(trainer, folder))
        {
            trainer.Run();
        }

        HtmlReport.Write(folder, Images, CPU);
        var page = File.ReadAllText(Path.Combine(folder, HtmlReport.FileName));
        Assert.Contains("boxes &amp; floors</title>", page, StringComparison.Ordinal);
        Assert.All(["src=\"http", "href=\"http", "url(", "@import"], outside => Assert.DoesNotContain(outside, page, StringComparison.Ordinal));
        Assert.Contains("Permission is hereby granted", page, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(DataOf(page));
        var run = json.RootElement.GetProperty("runs")[0];
        Assert.Equal(6, run.GetProperty("log").GetArrayLength());
        Assert.All(run.GetProperty("log").EnumerateArray(), epoch => Assert.Equal(["seg", "depth", "normal"], epoch.GetProperty("validationLosses").EnumerateObject().Select(loss => loss.Name)));
        var details = run.GetProperty("details");
        Assert.Equal("sofa", details.GetProperty("classes")[8].GetProperty("name").GetString());
        Assert.Equal(4 * 32 * 32, details.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(count => count.GetInt64())));
        Assert.Equal(1, details.GetProperty("angles").EnumerateArray().Sum(share => share.GetDouble()), 9);
        Assert.Equal(1, details.GetProperty("depth").EnumerateArray().Sum(distance => distance.GetProperty("share").GetDouble()), 2);

        // One best, one middling and one worst of four images: each a photograph and, for three tasks, ground truth, prediction and error.
        var gallery = run.GetProperty("gallery").EnumerateArray().ToArray();
        Assert.Equal(["best", "median", "worst"], gallery.Select(image => image.GetProperty("kind").GetString()));
        Assert.Equal(3 * 10, page.Split("data:image/png;base64,").Length - 1 + page.Split("data:image/jpeg;base64,").Length - 1);
        Assert.All(gallery.SelectMany(image => image.GetProperty("tasks").EnumerateArray()), task => Assert.NotEqual("", task.GetProperty("figure").GetString()));
        using var events = Events();
        Assert.Equal(1 + 1 + 6, events.RootElement.GetArrayLength());
        Assert.Contains("validation_loss/seg", events.RootElement[7].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_with_a_cut_line_and_a_repeated_epoch_is_read()
    {
        var path = Path.Combine(folder, "log.jsonl");
        const string first = """{"epoch":1,"step":3,"elapsed_seconds":1,"learning_rate":0.1,"losses":{"seg":2},"metrics":{},"score":null}""";
        File.WriteAllLines(path, [first, first.Replace(":2}", ":3}", StringComparison.Ordinal), first[..40]]);
        Assert.Equal(3, HtmlReport.ReadLog(path).Single().Losses["seg"]);
    }

    [Fact]
    public void Images_show_the_class_colours()
    {
        var task = TaskDescription.Segmentation(ClassMap.Nyu13);
        var prediction = new float[13 * 2];
        prediction[(4 * 2) + 0] = 1;
        prediction[(12 * 2) + 1] = 1;
        using var image = OpenCvSharp.Cv2.ImDecode(TaskImage.Prediction(task, prediction, 1, 2), OpenCvSharp.ImreadModes.Color);
        var (floor, window) = (ClassMap.Nyu13.Classes[4], ClassMap.Nyu13.Classes[12]);
        Assert.Equal((floor.Red, floor.Green, floor.Blue), Pixel(0));
        Assert.Equal((window.Red, window.Green, window.Blue), Pixel(1));

        (byte Red, byte Green, byte Blue) Pixel(int column)
        {
            var pixel = image.AsSpan<OpenCvSharp.Vec3b>()[column];
            return (pixel.Item2, pixel.Item1, pixel.Item0);
        }
    }

    [Fact]
    public void Several_runs_become_one_page_with_what_their_own_reports_measured()
    {
        foreach (var (name, rate) in new[] { ("slow", 1e-4), ("fast", 1e-2) })
        {
            var recipe = ShortRuns.Recipe(2);
            using (var trainer = Trainer.Start(Path.Combine(folder, name), recipe with { Options = recipe.Options with { LearningRate = rate } }, ShortRuns.Images, ShortRuns.Images, CPU))
            {
                trainer.Run();
            }

            HtmlReport.Write(Path.Combine(folder, name), name == "slow" ? ShortRuns.Images : null, CPU);
        }

        var path = Path.Combine(folder, "both.html");
        HtmlReport.Compare([Path.Combine(folder, "slow"), Path.Combine(folder, "fast")], path);
        using var json = JsonDocument.Parse(DataOf(File.ReadAllText(path)));
        var runs = json.RootElement.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(["slow", "fast"], runs.Select(run => run.GetProperty("name").GetString()));
        Assert.Equal([1e-4, 1e-2], runs.Select(run => run.GetProperty("state").GetProperty("options").GetProperty("learningRate").GetDouble()));
        Assert.Equal([JsonValueKind.Object, JsonValueKind.Null], runs.Select(run => run.GetProperty("details").ValueKind));
    }

    [Fact]
    public async Task A_run_is_served_while_it_trains_and_to_this_machine_alone()
    {
        var run = Path.Combine(folder, "run");
        using var server = new ReportServer([run], FreePort.Next());
        Assert.StartsWith("http://127.0.0.1:", server.Address, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);

        var seen = new List<int>();
        using (var trainer = Trainer.Start(run, ShortRuns.Recipe(2), ShortRuns.Images, ShortRuns.Images, CPU))
        {
            trainer.EpochEnded += _ =>
            {
                using var json = JsonDocument.Parse(client.GetStringAsync(new Uri("/data.json", UriKind.Relative)).GetAwaiter().GetResult());
                seen.Add(json.RootElement.GetProperty("runs")[0].GetProperty("log").GetArrayLength());
            };
            trainer.Run();
        }

        Assert.Equal([1, 2], seen);
        Assert.Contains("\"live\":true", DataOf(await client.GetStringAsync(new Uri("/", UriKind.Relative))), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/log.jsonl", UriKind.Relative))).StatusCode);
        Assert.Contains("--watch", Assert.Throws<UserErrorException>(() => new ReportServer([run], new Uri(server.Address).Port)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_constant_prediction_is_the_commonest_class_the_median_depth_and_the_mean_normal()
    {
        // Three pixels of class 2 at 1 m that face the camera, one of class 5 at 3 m that faces up.
        var image = new LabeledImage(1, 4);
        for (var x = 0; x < 4; x++)
        {
            (image.Labels[x], image.DepthMillimetres[x], image.Normals[(3 * x) + (x < 3 ? 2 : 1)]) = x < 3 ? ((byte)2, (ushort)1000, (sbyte)-127) : ((byte)5, (ushort)3000, (sbyte)-127);
        }

        var figures = ConstantPrediction.Measure(TaskDescription.NyuThree, new ImageSet([image]));
        Assert.Equal((0.75 + 0) / 2, figures["segmentation.miou_pooled"], 9);
        Assert.Equal((0 + 0 + 0 + (2.0 / 3)) / 4, figures["depth.relative_error_pooled"], 6);
        var toCamera = double.RadiansToDegrees(Math.Atan2(1, 3));
        Assert.Equal(((3 * toCamera) + (90 - toCamera)) / 4, figures["normals.mean_angle_pooled"], 3);
    }

    [Fact]
    public void Error_maps_show_where_a_prediction_is_wrong()
    {
        var image = new LabeledImage(1, 3);
        (image.Labels[0], image.Labels[1]) = (4, 4);
        (image.DepthMillimetres[0], image.DepthMillimetres[1]) = (2000, 2000);
        var batch = new Batch(1, 1, 3);
        SampleWriter.Write(image, View.Whole, batch, 0);
        var classes = new float[13 * 3];
        (classes[(4 * 3) + 0], classes[(7 * 3) + 1]) = (1, 1);
        var (right, wrong, unknown) = Pixels(TaskImage.Error(TaskDescription.NyuThree[0], classes, batch, 0));
        Assert.Equal(right.Item0, right.Item2);
        Assert.True(wrong.Item2 > 2 * wrong.Item1, "a wrong class is red");
        Assert.Equal(default, unknown);
        var (near, far, none) = Pixels(TaskImage.Error(TaskDescription.Depth, [2, 3, 9], batch, 0));
        Assert.True(far.Item1 > near.Item1 + 100, "half the distance off is bright");
        Assert.Equal(default, none);

        static (OpenCvSharp.Vec3b, OpenCvSharp.Vec3b, OpenCvSharp.Vec3b) Pixels(byte[] png)
        {
            using var decoded = OpenCvSharp.Cv2.ImDecode(png, OpenCvSharp.ImreadModes.Color);
            var row = decoded.AsSpan<OpenCvSharp.Vec3b>();
            return (row[0], row[1], row[2]);
        }
    }

    private static string DataOf(string page)
    {
        const string begin = "<script id=\"data\" type=\"application/json\">";
        var from = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return page[from..page.IndexOf("</script>", from, StringComparison.Ordinal)];
    }

    private JsonDocument Events() => IndependentReader.Run("read-events.mjs", Directory.GetFiles(folder, "events.out.tfevents.*").Single());
}
