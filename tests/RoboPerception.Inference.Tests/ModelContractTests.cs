using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>A model that is not what it says is refused with exit code 3, and the message names file, field and what was expected.</summary>
public sealed class ModelContractTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_good_model_is_read_with_its_description_and_hash()
    {
        byte[] content = new TestModel().ToBytes();
        ModelFile model = ModelFile.Load(folder.Write("good.onnx", content));
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        Assert.Equal(hash, model.Sha256);
        Assert.Equal(hash[..16], model.ModelId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((16, 8), (model.Description.Input.Width, model.Description.Input.Height));
        Assert.Equal(["segmentation", "depth", "normals"], model.Description.Outputs.Select(o => o.Name));
    }

    [Fact]
    public void A_missing_file_is_named() => Refused(Path.Combine(folder.Path, "no.onnx"), "no.onnx", "does not exist");

    [Fact]
    public void A_folder_is_refused() => Refused(folder.Path, "is a folder");

    [Fact]
    public void An_empty_file_is_refused() => Refused(folder.Write("empty.onnx", []), "is empty");

    [Fact]
    public void A_file_that_is_not_ONNX_is_refused() => Refused(folder.Write("text.onnx", "hello, this is text"u8.ToArray()), "is not an ONNX file");

    [Fact]
    public void A_file_of_a_newer_ONNX_says_so_without_places_in_ONNX_Runtimes_source()
    {
        byte[] content = new TestModel().ToBytes();
        // The first field is the version of the format.
        Assert.Equal(8, content[0]);
        content[1] = 99;
        UserErrorException error = Assert.Throws<UserErrorException>(() => ModelFile.Load(folder.Write("new.onnx", content)));
        Assert.Equal(ExitCode.ModelContract, error.ExitCode);
        Assert.Contains("is newer than ONNX Runtime", error.Message, StringComparison.Ordinal);
        Assert.Contains("(Unsupported model IR version: 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("roboperception-train", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gain.bin")]
    [InlineData("../../etc/hostname")]
    [InlineData("/etc/hostname")]
    public void A_model_that_reads_other_files_is_refused(string file)
    {
        folder.Write("gain.bin", BitConverter.GetBytes(0.01f));
        Refused(folder.Write("split.onnx", new TestModel { GainFile = file }.ToBytes()), "'gain'", "another file");
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        byte[] content = new TestModel().ToBytes();
        Refused(folder.Write("short.onnx", content[..(content.Length / 2)]), "short.onnx");
    }

    [Fact]
    public void An_ONNX_file_without_our_metadata_is_refused() =>
        Refused(new TestModel { EditMetadata = m => m.Clear() }, "metadata_props holds no 'roboperception.*' entry", "roboperception-train export");

    [Fact]
    public void A_missing_entry_is_named() => Refused(new TestModel { EditMetadata = m => m.Remove("roboperception.input") }, "roboperception.input is missing");

    [Fact]
    public void Another_version_of_the_contract_is_refused() =>
        Refused(new TestModel { EditMetadata = m => m["roboperception.contract"] = "9" }, "roboperception.contract is '9', expected '1'");

    [Fact]
    public void A_class_list_with_a_gap_is_refused() =>
        Refused(new TestModel { EditMetadata = m => m["roboperception.output.segmentation"] = m["roboperception.output.segmentation"].Replace("\"id\":2", "\"id\":7", StringComparison.Ordinal) },
            "roboperception.output.segmentation classes", "place 2 has id 7");

    [Fact]
    public void Another_input_name_is_refused() =>
        Refused(new TestModel { InputName = "picture" }, "the graph's inputs are 'picture', expected only 'image'");

    [Fact]
    public void A_second_input_is_refused() =>
        Refused(new TestModel { SecondInput = true }, "the graph's inputs are 'image', 'second', expected only 'image'");

    [Fact]
    public void Another_input_type_is_refused() =>
        Refused(new TestModel { InputType = OnnxGraph.Float }, "input 'image' has type Float, expected UInt8");

    [Fact]
    public void Another_input_size_is_refused() =>
        Refused(new TestModel { InputShape = [1, 8, 32, 3] }, "input 'image' has shape [1,8,32,3], expected [1,8,16,3]");

    [Fact]
    public void A_dynamic_dimension_is_named() =>
        Refused(new TestModel { InputShape = [1, "height", 16, 3] }, "input 'image' has a dynamic dimension 1 ('height') in [1,?,16,3], expected the fixed shape [1,8,16,3]");

    [Fact]
    public void An_output_under_another_name_is_refused() =>
        Refused(new TestModel { DepthName = "distance" }, "the graph's outputs are 'distance', 'normals', 'segmentation', but roboperception.output.depth describes an output 'depth'");

    [Fact]
    public void Another_output_type_is_refused() =>
        Refused(new TestModel { SegmentationAsInt64 = true }, "output 'segmentation' (segmentation) has type Int64, expected UInt8");

    [Fact]
    public void Another_output_shape_is_refused() =>
        Refused(new TestModel { SegmentationKeepsChannel = true }, "output 'segmentation' (segmentation) has shape [1,8,16,1], expected [1,8,16]");

    [Fact]
    public void An_output_nobody_describes_is_refused() =>
        Refused(new TestModel { UndescribedOutput = true }, "the graph's output 'extra' has no roboperception.output.extra entry");

    [Fact]
    public void Two_outputs_of_one_kind_are_refused() =>
        Refused(new TestModel { Describe = d => d with { Outputs = [d.Outputs[0], d.Outputs[1], d.Outputs[1] with { Name = "depth2" }, d.Outputs[2]] } },
            "outputs 'depth' and 'depth2' are both described as depth");

    [Fact]
    public void A_golden_input_of_another_formula_is_refused() =>
        Refused(new TestModel { Describe = d => d with { Golden = new GoldenPair("00", new Dictionary<string, IReadOnlyList<float>>()) } }, "roboperception.golden input_sha256 is '00'");

    private static void Refused(string path, params string[] expected)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => ModelFile.Load(path));
        Assert.Equal(ExitCode.ModelContract, error.ExitCode);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }

    private void Refused(TestModel model, params string[] expected) => Refused(folder.Write("bad.onnx", model.ToBytes()), expected);
}
