using System.Security.Cryptography;
using RoboPerception.Core;

namespace RoboPerception.Core.Tests;

/// <summary>Promise: a model file says what it is, and a wrong one is refused by the field.</summary>
public sealed class ModelMetadataTests
{
    private static readonly ModelDescription Sample = new()
    {
        Name = "tiny",
        Architecture = "mtan-segnet:widths=4,4,4,4,4",
        DataSet = "made up",
        Licence = "MIT",
        TrainingCommit = "0000000",
        Input = new ModelInput("image", 64, 32) { TrainingIntrinsics = new CameraIntrinsics(64, 32, 50, 51, 31.5, 15.5) },
        Outputs =
        [
            new ModelOutput("segmentation", OutputKind.Segmentation) { Classes = ClassMap.Nyu13 },
            new ModelOutput("depth", OutputKind.Depth) { RangeMetres = (0.5, 10) },
            new ModelOutput("normals", OutputKind.Normals),
        ],
        Metrics = new Dictionary<string, double> { ["segmentation.miou_pooled"] = 0.5 },
        Golden = new GoldenPair("ab", new Dictionary<string, IReadOnlyList<float>> { ["depth"] = [1.5f, 2] }),
    };

    [Fact]
    public void What_is_written_is_read_back()
    {
        ModelDescription read = ModelMetadata.Read(ModelMetadata.Write(Sample));
        Assert.Equal(ModelMetadata.Write(Sample), ModelMetadata.Write(read));
        Assert.Equal(Sample.Input.TrainingIntrinsics, read.Input.TrainingIntrinsics);
        Assert.Equal(ClassMap.Nyu13.Classes, read.Output(OutputKind.Segmentation)!.Classes!.Classes);
        Assert.Equal((0.5, 10), read.Output(OutputKind.Depth)!.RangeMetres);
        Assert.Equal([1.5f, 2], read.Golden!.OutputMeans["depth"]);
    }

    [Theory]
    [InlineData(ResizeFit.Stretch, "\"resize_mode\":\"stretch\"")]
    [InlineData(ResizeFit.Crop, "\"resize_mode\":\"crop\"")]
    [InlineData(ResizeFit.Letterbox, "\"resize_mode\":\"letterbox\"")]
    public void The_fit_of_the_training_images_is_read_back(ResizeFit fit, string text)
    {
        SortedDictionary<string, string> entries = ModelMetadata.Write(Sample with { Input = Sample.Input with { Fit = fit } });
        Assert.Contains(text, entries[ModelMetadata.Prefix + "input"], StringComparison.Ordinal);
        Assert.Equal(fit, ModelMetadata.Read(entries).Input.Fit);
    }

    [Theory]
    [InlineData("contract", "2", "expected '1'")]
    [InlineData("contract", null, "roboperception.contract is missing")]
    [InlineData("name", "", "roboperception.name is missing")]
    [InlineData("input", "{", "roboperception.input is not the JSON expected")]
    [InlineData("input", """{"name":"image","width":0,"height":2,"layout":"NHWC","colour_order":"BGR","resize_mode":"stretch","mean":[],"std":[]}""", "positive width")]
    [InlineData("input", """{"name":"image","width":2,"height":2,"layout":"NCHW","colour_order":"BGR","resize_mode":"stretch","mean":[],"std":[]}""", "expected 'NHWC'")]
    [InlineData("input", """{"name":"image","width":2,"height":2,"layout":"NHWC","colour_order":"BGR","resize_mode":"1","mean":[],"std":[]}""", "expected 'stretch', 'crop', 'letterbox'")]
    [InlineData("input", """{"name":"image","width":2,"height":2}""", "roboperception.input is not the JSON expected")]
    [InlineData("output.depth", """{"kind":"depth","unit":"mm"}""", "unit is 'mm', expected 'm'")]
    [InlineData("output.depth", """{"kind":"heat"}""", "kind is 'heat'")]
    [InlineData("output.segmentation", """{"kind":"segmentation","classes":[{"id":3,"name":"a","colour":"#000000"}]}""", "place 0 has id 3")]
    [InlineData("output.segmentation", """{"kind":"segmentation","classes":[{"id":0,"name":"a","colour":"red"}]}""", "'#RRGGBB'")]
    [InlineData("output.normals", """{"kind":"normals","axes":"x right, y up, z back","sign":"toward the camera"}""", "axes and sign")]
    [InlineData("tasks", "depth,normals", "described outputs are")]
    public void A_wrong_entry_is_named_with_what_was_expected(string key, string? value, string named)
    {
        SortedDictionary<string, string> entries = ModelMetadata.Write(Sample);
        if (value is null)
        {
            entries.Remove(ModelMetadata.Prefix + key);
        }
        else
        {
            entries[ModelMetadata.Prefix + key] = value;
        }
        FormatException problem = Assert.Throws<FormatException>(() => ModelMetadata.Read(entries));
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_golden_input_is_the_same_on_every_machine()
    {
        var bgr = new byte[384 * 288 * 3];
        GoldenInput.Fill(bgr, 384, 288);
        Assert.StartsWith("e30dd76fb945a875e8b1bcccd0627d1d46c4bcb58", Convert.ToHexStringLower(SHA256.HashData(bgr)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GoldenInput.Fill(bgr, 384, 287));
    }
}
