using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using RoboPerception.Training.Tasks;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Promise: one training serves cameras of several shapes: its network is exported at other sizes, from its checkpoint or its model file alike.</summary>
public sealed class ExportSizeTests
{
    [Theory]
    [InlineData("mtan-segnet:widths=4,4,8,8,8", 2, 64, 128)]
    [InlineData("mtan-mobilenetv2:decoder=8,8,12,12", 1, 96, 160)]
    [InlineData("mtinet-mobilenetv2:widths=8,8,12,12", 1, 128, 64)]
    public void A_model_file_exported_at_another_size_predicts_as_its_network_does(string specification, int imageScale, int height, int width)
    {
        using var folder = new FormatFolder();
        using var network = Shaken(specification);
        network.ImageScale = imageScale;
        var description = Exports.Description(network, 64, 96 * imageScale) with { Metrics = new Dictionary<string, double> { ["depth.rmse"] = 1 } };
        description = description with { Input = description.Input with { Fit = ResizeFit.Letterbox, TrainingIntrinsics = new CameraIntrinsics(96 * imageScale, 64, 80, 82, 50, 30) } };
        OnnxFile.Write(folder.At("small.onnx"), ModelExporter.Export(network, description, out _));

        var (code, output) = Program($"export {folder.At("small.onnx")} --size {height}x{width} --out {folder.At("other.onnx")}");
        Assert.True(code == 0, output);
        Assert.Contains("Figures of", output, StringComparison.Ordinal);
        var (model, other) = ExportedFile.Read(folder.At("other.onnx"));
        using var runner = new GraphRunner(File.ReadAllBytes(folder.At("other.onnx")), height, width);
        var parity = ExportParity.Measure(network, runner);
        Assert.True(parity.Passed, parity.ToString());
        Assert.Equal(new GraphValue("image", new TensorType(ElementType.UInt8, 1, height, width, 3)), Assert.Single(model.Graph.Inputs));
        Assert.Equal(ModelExporter.GoldenOf(other, runner).OutputMeans, other.Golden!.OutputMeans);
        Assert.Empty(other.Metrics);
        Assert.Equal((ResizeFit.Letterbox, "other", "generated", "none"), (other.Input.Fit, other.Name, other.DataSet, other.Licence));

        // As many pixels a radian as before, and the same ray in the middle.
        var (was, now) = (description.Input.TrainingIntrinsics!, other.Input.TrainingIntrinsics!);
        Assert.Equal((height, width, was.Fx, was.Fy), (now.Height, now.Width, now.Fx, now.Fy));
        Assert.Equal((was.Cx - (was.Width / 2.0), was.Cy - (was.Height / 2.0)), (now.Cx - (width / 2.0), now.Cy - (height / 2.0)));
    }

    [Fact]
    public void At_its_own_size_a_model_file_becomes_itself()
    {
        using var folder = new FormatFolder();
        using var network = Shaken("mtan-segnet:widths=4,4,8,8,8");
        var description = Exports.Description(network, 64, 96) with { Metrics = new Dictionary<string, double> { ["depth.rmse"] = 1 } };
        OnnxFile.Write(folder.At("small.onnx"), ModelExporter.Export(network, description, out _));
        var (code, output) = Program($"export {folder.At("small.onnx")} --out {folder.At("again.onnx")}");
        Assert.True(code == 0, output);
        var again = ExportedFile.Read(folder.At("again.onnx")).Description;
        Assert.Equal(1, again.Metrics["depth.rmse"]);
        Assert.Equal((64, 96, null), (again.Input.Height, again.Input.Width, again.Input.TrainingIntrinsics));
using var runner = new GraphRunner(File.ReadAllBytes(folder.At("again.onnx")), 64, 96);
        Assert.True(ExportParity.Measure(network, runner).Passed);
    }

    [Theory]
    [InlineData("--size 70x96", "64x96 and 96x96")]
    [InlineData("--size 10x100", "32x96 and 32x128")]
    [InlineData("--size 96", "'96' is not HEIGHTxWIDTH")]
    [InlineData("--size 64x96 --downscale 2", "--downscale is for checkpoints")]
    public void A_size_that_the_network_cannot_have_is_refused_with_the_nearest_that_it_can(string options, string named)
    {
        using var folder = new FormatFolder();
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse("mtan-segnet:widths=4,4,8,8,8"), TaskDescription.NyuThree);
        network.eval();
        OnnxFile.Write(folder.At("small.onnx"), new OnnxModel(ModelExporter.BuildGraph(network, 64, 96)) { Metadata = Core.ModelMetadata.Write(Exports.Description(network, 64, 96)) });
        var (code, output) = Program($"export {folder.At("small.onnx")} --out {folder.At("other.onnx")} {options}");
        Assert.Equal(2, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.At("other.onnx")));
    }

    [Fact]
    public void A_file_in_fewer_bits_is_refused_with_what_to_export()
    {
        using var folder = new FormatFolder();
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse("mtan-segnet:widths=4,4,8,8,8"), TaskDescription.NyuThree);
        network.eval();
        var description = Exports.Description(network, 64, 96);
        OnnxFile.Write(folder.At("half.onnx"), new OnnxModel(HalfPass.Apply(ModelExporter.BuildGraph(network, 64, 96))) { Metadata = Core.ModelMetadata.Write(description) });
        var (code, output) = Program($"export {folder.At("half.onnx")} --size 64x64 --out {folder.At("other.onnx")}");
        Assert.Equal(2, code);
        Assert.Contains("export the float32 file", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stretch", 103.7716, 64.7164)]
    [InlineData("crop", 129.7145, 81.0205)]
    [InlineData("letterbox", 103.7716, 80.7164)]
    public void The_training_camera_of_a_model_is_that_of_the_fitted_images(string named, double fx, double cx)
    {
        // The Kinect on a grid of 96x160, by hand: 128/640 of its focal length letterboxed, 160/640 cropped; stretched at 96x128.
        var fit = RoboPerception.Training.Commands.DataArguments.FitOf(named);
        var width = fit == ResizeFit.Stretch ? 128 : 160;
        using var folder = new FormatFolder();
        using var network = Shaken("mtan-segnet:widths=4,4,4,4,4");
        var state = new TrainingState { Options = new TrainingOptions { Network = "mtan-segnet:widths=4,4,4,4,4", Height = 96, Width = width, Fit = fit, Tasks = TaskList.Format(network.Tasks) }, Commit = "test" };
        Checkpoint.Save(folder.At("best.ckpt"), state, network, null);
        Assert.Equal(fit, Checkpoint.ReadState(folder.At("best.ckpt")).Options.Fit);
        var (code, output) = Program($"export {folder.At("best.ckpt")} --out {folder.At("model.onnx")}");
        Assert.True(code == 0, output);
        var input = ExportedFile.Read(folder.At("model.onnx")).Description.Input;
        Assert.Equal(fit, input.Fit);
        Assert.Equal(fx, input.TrainingIntrinsics!.Fx, 1e-3);
        Assert.Equal(cx, input.TrainingIntrinsics.Cx, 1e-3);
    }

    // Without normals: where random heads give vectors near zero, their direction is rounding.
    private static PerceptionNetwork Shaken(string specification)
    {
        random.manual_seed(5);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(specification), [TaskDescription.Segmentation(ClassMap.Nyu13), TaskDescription.Depth]);
        Exports.Shake(network);
        return network;
    }

    private static (int ExitCode, string Output) Program(string command) => InProcess.Run(command.Split(' '));
}
