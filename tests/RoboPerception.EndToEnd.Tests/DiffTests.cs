using System.Globalization;
using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Inference.Tests;
using RoboPerception.Inference.Tests.Models;
using RoboPerception.Node.Comparison;

namespace RoboPerception.EndToEnd.Tests;

/// <summary>Promise: replay --diff says exactly where two models differ, on any source and between any grids, and shows it.</summary>
public sealed class DiffTests : IDisposable
{
    private const int Width = 96;
    private const int Height = 64;
    private const int Frames = 5;

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public DiffTests() => model = folder.Write("model.onnx", new TestModel { Width = Width, Height = Height }.ToBytes());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_that_swaps_two_classes_and_doubles_depth_is_found_to_do_just_that()
    {
        string other = folder.Write("other.onnx", new TestModel { Width = Width, Height = Height, DepthGain = 0.02f, Describe = Swapped }.ToBytes());
        (JsonElement diff, string words, string sheet) = Compare(Pictures(), other);
        Assert.Equal(Frames, diff.GetProperty("frames").GetInt32());

        // The left half is red (class 2), which the other calls blue; the right half is green to both.
        JsonElement classes = diff.GetProperty("segmentation");
        Assert.Equal((Frames * Width * Height, 0.5), (classes.GetProperty("pixels").GetInt64(), classes.GetProperty("changed").GetDouble()));
        Assert.Equal(
            [("blue", 0.0, 0.5, -1.0), ("green", 0.5, 0.5, 0.0), ("red", 0.5, 0.0, 1.0)],
            classes.GetProperty("classes").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, Number(c, "share"), Number(c, "other_share"), c.TryGetProperty("changed", out JsonElement v) ? v.GetDouble() : -1)));
        Assert.Equal(1, classes.GetProperty("classes")[2].GetProperty("becomes").GetProperty("blue").GetDouble());
        JsonElement confusion = classes.GetProperty("confusion");
        Assert.Equal(["blue", "green", "red", "unlabelled"], confusion.GetProperty("rows").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal(["red", "green", "blue", "unlabelled"], confusion.GetProperty("columns").EnumerateArray().Select(n => n.GetString()));
        const int half = Frames * Width * Height / 2;
        Assert.Equal([0, 0, 0, 0, 0, half, 0, 0, 0, 0, half, 0, 0, 0, 0, 0], confusion.GetProperty("pixels").EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(n => n.GetInt32()));

        // 2.05 m become 4.10, 0.50 become 1.00.
        JsonElement depth = diff.GetProperty("depth");
        Assert.Equal((1.275, 1.0, 1.275), (Number(depth, "abs"), Number(depth, "rel"), Number(depth, "bias")), (e, a) => Close(e, a));
        Assert.Equal(
            [(0, 1, half, 0.5, 1.0), (2, 3, half, 2.05, 1.0)],
            depth.GetProperty("bins").EnumerateArray().Select(b => (b.GetProperty("from").GetInt32(), b.GetProperty("to").GetInt32(), b.GetProperty("pixels").GetInt32(), Math.Round(Number(b, "abs"), 4), Math.Round(Number(b, "rel"), 4))));
        Assert.Equal((0.0, 0.0, 0.0), (Number(diff.GetProperty("normals"), "mean_degrees"), Number(diff.GetProperty("normals"), "median_degrees"), Number(diff.GetProperty("normals"), "over30")));

        Assert.Contains("50.0 % of the pixels change class", words, StringComparison.Ordinal);
        Assert.Matches(@"red\s+50\.0 %\s+0\.0 %\s+100\.0 %\s+blue 100\.0 %", words);
        Assert.Matches(@"2 to 3\s+50\.0 %\s+2\.050\s+1\.000\s+\+2\.050", words);

        // Input, first, second, difference; classes, depth, normals. Frames of one second are shown once.
        using Mat picture = Cv2.ImRead(sheet, ImreadModes.Color);
        Assert.Equal((4 * (Width + 4)) - 4, picture.Width);
        const int difference = 3 * (Width + 4), row = Height + 22 + 4;
        Assert.Equal(new Vec3b(255, 0, 0), picture.At<Vec3b>(22 + 32, difference + 24));
        Assert.Equal(new Vec3b(25, 25, 25), picture.At<Vec3b>(22 + 32, difference + 72));
        Assert.Equal(new Vec3b(0, 0, 255), picture.At<Vec3b>(row + 22 + 32, difference + 24));
        Assert.Equal(new Vec3b(0, 0, 0), picture.At<Vec3b>((2 * row) + 22 + 32, difference + 24));
        Assert.Equal(new Vec3b(185, 185, 245), picture.At<Vec3b>(22 + 32, 24));
        Assert.Single(diff.GetProperty("worst").EnumerateArray());
    }

    [Fact]
    public void The_same_model_on_another_grid_differs_in_nothing_and_a_recording_is_a_source_as_good_as_pictures()
    {
        string half = folder.Write("half.onnx", new TestModel { Width = Width / 2, Height = Height / 2 }.ToBytes());
        string recording = Path.Combine(folder.Path, "run.mcap");
        using (NodeProcess record = NodeProcess.Start("record", Pictures(), "-o", recording, "--input", "lossless", "--model", model, "--providers", "cpu", "--pace", "fast"))
        {
            Assert.True(record.WaitForExit() == 0, record.Errors);
        }
        (JsonElement diff, _, _) = Compare(recording, half);
        Assert.Equal(Frames, diff.GetProperty("frames").GetInt32());
        Assert.Equal(0, Number(diff.GetProperty("segmentation"), "changed"));
        Assert.Equal((Frames * Width * Height, 0, 0.0), (diff.GetProperty("depth").GetProperty("pixels").GetInt32(), diff.GetProperty("depth").GetProperty("only_one").GetInt32(), Number(diff.GetProperty("depth"), "rel")));
        Assert.Equal(0, Number(diff.GetProperty("normals"), "mean_degrees"));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "choose one", "model.onnx", "--verify")]
    [InlineData(ExitCode.ModelContract, "nowhere.onnx", "nowhere.onnx")]
    public void What_cannot_be_compared_is_refused_in_words(ExitCode code, string words, string other, params string[] more)
    {
        using NodeProcess node = NodeProcess.Start(["replay", Pictures(), "--diff", Path.Combine(folder.Path, other), "--model", model, "--providers", "cpu", .. more]);
        Assert.Equal((int)code, node.WaitForExit());
        Assert.Contains(words, node.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("own broker", node.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Angles_gaps_and_padding_count_as_they_should()
    {
        ModelDescription description = new TestModel { Width = 4, Height = 1 }.Description;
        var statistics = new DiffStatistics(description, description);
        OutputBuffers a = new(description), b = new(description);
        byte[] classesA = [0, 1, 255, 255], classesB = [0, 255, 2, 255];
        float[] depthA = [1.5f, float.NaN, 25, float.NaN], depthB = [1.2f, 3, 30, float.NaN];
        classesA.CopyTo(a.SegmentationMemory);
        classesB.CopyTo(b.SegmentationMemory);
        depthA.CopyTo(a.DepthMemory);
        depthB.CopyTo(b.DepthMemory);
        // Straight at the camera; the other by 0, 40 and 180 degrees; the last has none.
        for (int i = 0; i < 3; i++)
        {
            double angle = new[] { 0, 40, 180 }[i] * Math.PI / 180;
            a.NormalsMemory.Span[8 + i] = -1;
            (b.NormalsMemory.Span[i], b.NormalsMemory.Span[8 + i]) = ((float)Math.Sin(angle), (float)-Math.Cos(angle));
        }
        FrameDifference frame = statistics.Add(7, a, b);
        // Of three pixels that either names, two change: one lost its name, one got one. 0.2 and 0.2 of the depth; 220 degrees in three pixels.
        Assert.Equal((2 / 3.0, 0.2, 220 / 3.0), (frame.ChangedShare, frame.DepthRelative, frame.MeanDegrees), (e, a) => Close(e, a));
        Assert.Equal(((2 / 3.0) + 0.2 + (220 / 270.0)) / 3, frame.Severity, 1e-5);
        string model = folder.Write("small.onnx", new TestModel { Width = 4, Height = 1 }.ToBytes());
        DiffDocument document = statistics.ToDocument(ModelFile.Load(model), "cpu", null);
        Assert.Equal((3L, 2L, 1L), (document.Segmentation!.Pixels, document.Depth!.Pixels, document.Depth.OnlyOne));
        Assert.Equal([(1, (int?)2, 1L), (20, null, 1L)], document.Depth.Bins.Select(bin => (bin.From, bin.To, bin.Pixels)));
        Assert.Equal((-0.3, 5.0), (document.Depth.Bins[0].Bias, document.Depth.Bins[1].Bias), (e, a) => Close(e, a));
        Assert.Equal((40.0, 2 / 3.0), (document.Normals!.MedianDegrees, document.Normals.Over30), (e, a) => Close(e, a));
    }

    private static bool Close<T>(T expected, T actual)
        where T : System.Runtime.CompilerServices.ITuple =>
        Enumerable.Range(0, expected.Length).All(i => Math.Abs(Convert.ToDouble(expected[i], CultureInfo.InvariantCulture) - Convert.ToDouble(actual[i], CultureInfo.InvariantCulture)) < 1e-5);

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static ModelDescription Swapped(ModelDescription model) => model with
    {
        Outputs = [model.Outputs[0] with { Classes = new ClassMap([new(0, "red", 200, 0, 0), new(1, "green", 0, 200, 0), new(2, "blue", 0, 0, 200)]) }, model.Outputs[1], model.Outputs[2]],
    };

    private (JsonElement Diff, string Words, string Sheet) Compare(string source, string other)
    {
        string report = Path.Combine(folder.Path, "report.json"), sheet = Path.Combine(folder.Path, "sheet.png");
        using NodeProcess node = NodeProcess.Start("replay", source, "--diff", other, "--model", model, "--providers", "cpu", "--report", report, "--contact-sheet", sheet);
        Assert.True(node.WaitForExit() == 0, node.Errors);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(report));
        return (document.RootElement.GetProperty("diff").Clone(), node.Output, sheet);
    }

    private string Pictures()
    {
        string images = Directory.CreateDirectory(Path.Combine(folder.Path, "pictures")).FullName;
        using var wall = new Mat(Height, Width, MatType.CV_8UC3, new Scalar(185, 185, 245));
        using (Mat right = wall[new Rect(Width / 2, 0, Width / 2, Height)])
        {
            right.SetTo(new Scalar(40, 70, 40));
        }
        for (int i = 0; i < Frames; i++)
        {
            Cv2.ImWrite(Path.Combine(images, $"{i:000}.png"), wall);
        }
        return images;
    }
}
