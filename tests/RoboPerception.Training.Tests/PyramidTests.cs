using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Export;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Networks.Pyramid;
using RoboPerception.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class PyramidTests
{
    private const string TinyHrNet = "channels=6,8,10,16;stage1=4";
    private const string TinyMobileNet = "widths=8,8,16,16;head=8";
    private static readonly TaskDescription Nyu40 = TaskDescription.Segmentation(TaskClasses.Nyu40);

    [Theory]
    [InlineData("single-hrnet", "seg40", 3_945_270)]
    [InlineData("single-hrnet", "depth", 3_934_701)]
    [InlineData("split-hrnet", "seg40,depth", 4_019_251)]
    [InlineData("mtinet-hrnet", "seg40,depth", 8_578_179)]
    [InlineData("mtinet-hrnet:aux=edge,normal", "seg40,depth", 14_838_121)]
    [InlineData("padnet-hrnet", "seg40,depth", 7_019_056)]
    [InlineData("padnet-hrnet:aux=edge,normal", "seg40,depth", 12_161_332)]
    [InlineData("single-hrnet", "seg21", 3_940_121)]
    [InlineData("single-hrnet", "parts", 3_936_327)]
    [InlineData("single-hrnet", "sal", 3_934_701)]
    [InlineData("single-hrnet", "normal", 3_935_243)]
    [InlineData("split-hrnet", "seg21,parts,sal,edge,normal", 4_238_213)]
    [InlineData("mtinet-hrnet", "seg21,parts,sal,edge,normal", 24_494_171)]
    [InlineData("mtinet-hrnet", "seg21,parts,sal", 12_645_441)]
    [InlineData("padnet-hrnet", "seg21,parts,sal,edge,normal", 29_304_992)]
    [InlineData("padnet-hrnet", "seg21,parts,sal", 12_083_608)]
    [InlineData("split-hrnet", "seg13,depth,normal", 4_086_457)]
    [InlineData("mtinet-hrnet", "seg13,depth,normal", 12_638_901)]
    [InlineData("mtinet-hrnet:aux=edge", "seg13,depth,normal", 16_385_089)]
    [InlineData("padnet-hrnet", "seg13,depth,normal", 12_077_440)]
    [InlineData("refinenet-mobilenetv2", "seg13,depth,normal", 3_014_993)]
    [InlineData("refinenet-mobilenetv2", "seg40,depth", 3_070_057)]
    [InlineData("refinenet-mobilenetv2", "seg40,depth,normal", 3_077_228)]
    [InlineData("split-hrnet", "seg7,depth", 4_010_308)]
    [InlineData("mtinet-hrnet", "seg7,depth", 8_560_194)]
    [InlineData("mtinet-hrnet:aux=edge", "seg7,depth", 11_569_120)]
    [InlineData("split-hrnet", "seg19,depth", 4_013_560)]
    [InlineData("mtinet-hrnet", "seg19,depth", 8_566_734)]
    public void A_network_has_the_published_number_of_parameters(string network, string tasks, long expected)
    {
        using var built = Shapes.Of(() => PerceptionNetwork.Create(NetworkSpec.Parse(network), [.. tasks.Split(',').Select(Task)]));
        Assert.Equal(expected, built.ParameterCount);
    }

    [Theory]
    [InlineData("backbone.", 3_860_720)]
    [InlineData("fpm_scale_3.", 1_647_459)]
    [InlineData("fpm_scale_2.", 412_356)]
    [InlineData("fpm_scale_1.", 103_443)]
    [InlineData("scale_0.", 56_267)]
    [InlineData("scale_1.", 223_325)]
    [InlineData("scale_2.", 889_865)]
    [InlineData("scale_3.", 2_245_409)]
    [InlineData("distillation_scale_0.", 34_992)]
    [InlineData("distillation_scale_1.", 139_968)]
    [InlineData("distillation_scale_2.", 559_872)]
    [InlineData("distillation_scale_3.", 2_239_488)]
    [InlineData("heads.", 225_737)]
    public void Every_part_of_MTI_Net_has_its_share_of_the_parameters(string prefix, long expected)
    {
        using var network = Shapes.Of(() => PerceptionNetwork.Create(NetworkSpec.Parse("mtinet-hrnet"), TaskDescription.NyuThree));
        Assert.Equal(expected, network.named_parameters().Where(pair => pair.name.StartsWith(prefix, StringComparison.Ordinal)).Sum(pair => pair.parameter.numel()));
    }

    [Fact]
    public void The_wider_trunk_has_the_published_number_of_parameters()
    {
        using var trunk = Shapes.Of(() => new HrNet(HrNetLayout.Of(NetworkSpec.Parse("mtinet-hrnet:width=32"))));
        Assert.Equal(29_305_536, trunk.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData(144, 3, 1_647_459)]
    [InlineData(144, 5, 3_540_933)]
    [InlineData(36, 2, 61_420)]
    [InlineData(72, 4, 626_128)]
    public void Feature_propagation_has_the_number_of_parameters_of_its_closed_form(int width, int tasks, long expected)
    {
        TaskDescription[] all = [Nyu40, TaskDescription.Depth, TaskDescription.Normals, TaskDescription.Edges, TaskDescription.Saliency];
        using var module = new FeaturePropagation(width, all[..tasks], SoftmaxGrouping.AcrossTasks, excites: true);
        Assert.Equal(expected, module.parameters().Sum(parameter => parameter.numel()));
    }

    [Fact]
    public void Propagation_attends_across_tasks_or_over_consecutive_channels()
    {
        using var scope = NewDisposeScope();
        var scores = randn(2, 3 * 4, 5, 5);
        using var across = new FeaturePropagation(4, TaskDescription.NyuThree, SoftmaxGrouping.AcrossTasks, excites: true);
        using var consecutive = new FeaturePropagation(4, TaskDescription.NyuThree, SoftmaxGrouping.ConsecutiveChannels, excites: true);
        Assert.True(across.Attention(scores).reshape(2, 3, 4, 5, 5).sum([1L]).allclose(ones(2, 4, 5, 5)));
        Assert.True(consecutive.Attention(scores).reshape(2, 4, 3, 5, 5).sum([2L]).allclose(ones(2, 4, 5, 5)));
        Assert.False(across.Attention(scores).allclose(consecutive.Attention(scores)));
    }

    [Theory]
    [InlineData("single-hrnet:" + TinyHrNet, "seg13")]
    [InlineData("split-hrnet:" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("split-hrnet:input=imagenet;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("padnet-hrnet:feature=16;bottleneck=4;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:aux=edge;softmax=channels;" + TinyHrNet, "seg13,depth")]
    [InlineData("mtinet-hrnet:fpm=off;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:se=off;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:distillation=off;head=12;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:aggregation=off;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-hrnet:scales=1;" + TinyHrNet, "seg13,depth,normal")]
    [InlineData("mtinet-mobilenetv2:" + TinyMobileNet, "seg13,depth,normal")]
    [InlineData("mtinet-mobilenetv2:depth=linear;" + TinyMobileNet, "seg13,depth")]
    [InlineData("split-hrnet:" + TinyHrNet, "seg7,edge,parts,normal")]
    [InlineData("refinenet-mobilenetv2:width=16", "seg13,depth,normal")]
    [InlineData("refinenet-mobilenetv2:width=16;input=unit", "seg7,depth")]
    [InlineData("mtinet-resnet:stem=8;blocks=1,2,1,1;middle=4,6,8,8;width=16", "seg13,depth,normal")]
    [InlineData("mtinet-resnet:depth=18;stem=8;middle=8,12,12,16;width=16;scales=1", "seg13,depth,normal")]
    public void An_exported_pyramid_network_predicts_as_libtorch_does(string text, string tasks)
    {
        using var network = Shaken(text, [.. tasks.Split(',').Select(Task)]);
        var parity = Exported(network, out var model);
        Assert.True(parity.Passed, parity.ToString());
        Assert.DoesNotContain(model.Graph.Nodes, node => node.Operator is "BatchNormalization" or "Identity");
        Assert.Equal(network.Tasks.Where(task => task.Output is not null).Select(TaskExport.OutputName), model.Graph.Outputs.Select(output => output.Name));
    }

    [Fact]
    public void Branches_that_only_training_needs_are_not_exported()
    {
        // The head is then the only convolution to as many channels as there are classes.
        using var network = Shaken("mtinet-hrnet:" + TinyHrNet, TaskDescription.NyuThree);
        Exported(network, out var model);
        var toClasses = model.Graph.Nodes.Count(node => node.Operator == "Conv" && model.Graph.Initializers[node.Inputs[1]].Type.Shape[0] == 13);
        Assert.Equal(1, toClasses);
    }

    [Fact]
    public void A_network_of_tasks_without_an_output_is_not_exported()
    {
        using var network = Shaken("split-hrnet:" + TinyHrNet, [TaskDescription.Edges, TaskDescription.Saliency]);
        Assert.Contains("'edge', 'sal'", Assert.Throws<UserErrorException>(() => ModelExporter.BuildGraph(network, 64, 64)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_weighs_its_intermediate_predictions_as_its_prediction()
    {
        using var scope = NewDisposeScope();
        using var network = (MtiNet)PerceptionNetwork.Create(NetworkSpec.Parse("mtinet-hrnet:aux=edge;" + TinyHrNet), [TaskDescription.Depth]);
        network.eval();
        var (input, groundTruth) = (rand(1, 3, 64, 64), ones(1, 1, 64, 64));
        var prediction = network.Predict(input, supervised: true);
        Assert.Equal(["scale_0", "scale_1", "scale_2", "scale_3"], prediction.Intermediate.Where(step => step.Task == TaskDescription.Depth).Select(step => step.Name).Order());
        var expected = prediction.Intermediate.Where(step => step.Task == TaskDescription.Depth).Select(step => step.Raw).Append(prediction.Final[0])
            .Sum(raw => DepthLosses.Absolute(nn.functional.interpolate(raw, [64, 64], mode: InterpolationMode.Bilinear, align_corners: false), groundTruth).item<float>());
        var losses = network.TrainingPass(input, _ => groundTruth).Losses;
        Assert.Equal([TaskDescription.Depth, TaskDescription.Edges], network.SupervisedTasks);
        Assert.Equal(2, losses.Length);
        Assert.Equal(expected, losses[0].item<float>(), 1e-4);
    }

    [Theory]
    [InlineData("split-hrnet", "seg13,depth,normal", 288, 384, 5.06)]
    [InlineData("mtinet-hrnet", "seg13,depth,normal", 288, 384, 7.95)]
    [InlineData("mtinet-hrnet:aux=edge", "seg13,depth,normal", 480, 640, 25.48)]
    [InlineData("padnet-hrnet", "seg40,depth", 480, 640, 70.25)]
    [InlineData("mtinet-hrnet", "seg40,depth", 480, 640, 17.14)]
    [InlineData("refinenet-mobilenetv2", "seg13,depth,normal", 288, 384, 1.758)]
    [InlineData("refinenet-mobilenetv2", "seg40,depth", 480, 640, 5.94)]
    public void A_network_needs_the_published_number_of_multiplications(string text, string tasks, int height, int width, double billions)
    {
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(text), [.. tasks.Split(',').Select(Task)]);
        Assert.Equal(billions, MacCounter.Count(network, height, width).GMac, billions / 1000);
    }

    [Fact]
    public void MTI_Net_on_MobileNetV2_fills_its_backbone_and_needs_at_most_six_billion_multiplications()
    {
        using var network = Shaken("mtinet-mobilenetv2", TaskDescription.NyuThree);
        Assert.InRange(MacCounter.Count(network, 288, 384).GMac, 5.4, 6);
        Assert.Equal(TaskDescription.LogDepth, network.Tasks[1]);
        Assert.Equal(3, network.LogVariances!.numel());
        Assert.Equal(1_795_936, network.BackboneParameters.Sum(parameter => parameter.numel()));
    }

    [Theory]
    [InlineData("mtinet-hrnet:aux=colour", "'colour'")]
    [InlineData("mtinet-hrnet:width=20", "18, 32, 48")]
    [InlineData("mtinet-mobilenetv2:input=imagenet", "input=imagenet")]
    public void A_wrong_option_is_refused_by_name(string text, string named) => Assert.Contains(
        named, Assert.Throws<UserErrorException>(() => PerceptionNetwork.Create(NetworkSpec.Parse(text), TaskDescription.NyuThree)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_ablation_loses_its_modules_one_by_one()
    {
        const string tiny = "mtinet-resnet:depth=18;stem=8;middle=8,8,8,8;width=16;";
        string[] steps = ["scales=1;distillation=off", "scales=1", "fpm=off;aggregation=off", "fpm=off", "se=off", "scales=4"];
        long[] sizes = [.. steps.Select(step =>
        {
            using var network = PerceptionNetwork.Create(NetworkSpec.Parse(tiny + step), TaskDescription.NyuThree);
            return network.ParameterCount;
        })];
        Assert.Equal(sizes.Order(), sizes);
        Assert.Equal(sizes.Length, sizes.Distinct().Count());
    }

    // The blocks of the residual networks, HRNet's units and MTI-Net's modules, all in training mode.
    [Fact]
    public void The_gradients_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var network = (PyramidNetwork)PerceptionNetwork.Create(NetworkSpec.Parse("mtinet-hrnet:channels=2,2,2,2;stage1=2;modules=1,1,1,1;blocks=1;aux=edge"), [TaskDescription.Depth, TaskDescription.Normals]);
        network.to(float64);
        var input = rand([2, 3, 32, 64], dtype: float64);
        var groundTruth = new Dictionary<TaskDescription, Tensor>();
        foreach (var task in network.SupervisedTasks)
        {
            groundTruth[task] = rand([2, task.Channels, 32, 64], dtype: float64) + 0.1;
        }

        Loss().backward();
        var parameters = network.named_parameters().ToArray();
        using var noGradients = no_grad();
        var checkedParts = 0;
        foreach (var (name, parameter) in parameters.Where((_, i) => i % 9 == 0))
        {
            using var partScope = NewDisposeScope();

            // One number of it: the first, wherever its dimensions put it.
            var values = parameter.view(-1).data<double>();
            var gradient = parameter.grad!.view(-1).data<double>()[0];
            var value = values[0];
            const double step = 1e-6;
            values[0] = value + step;
            var above = Loss().item<double>();
            values[0] = value - step;
            var below = Loss().item<double>();
            values[0] = value;
            var difference = (above - below) / (2 * step);
            Assert.True(Math.Abs(difference - gradient) <= 1e-5 * Math.Max(1, Math.Abs(gradient)), $"{name}: {gradient} and {difference}");
            checkedParts++;
        }

        Assert.True(checkedParts > 30);

        Tensor Loss() => network.TrainingPass(input, task => groundTruth[task]).Losses.Aggregate((sum, next) => sum + next);
    }

    [Theory]
    [InlineData("mtinet-hrnet:aux=normals;" + TinyHrNet, NormalsLossKind.Absolute)]
    [InlineData("padnet-hrnet:aux=normal;feature=8;bottleneck=4;normals=cosine;" + TinyHrNet, NormalsLossKind.Cosine)]
    [InlineData("mtinet-mobilenetv2:aux=normal;" + TinyMobileNet, NormalsLossKind.Cosine)]
    public void An_auxiliary_task_has_the_loss_that_it_would_have_as_a_main_one(string text, object expected)
    {
        using var network = PerceptionNetwork.Create(NetworkSpec.Parse(text), [TaskDescription.NyuThree[0]]);
        Assert.Equal((NormalsLossKind)expected, network.SupervisedTasks[1].NormalsLoss);
    }

    private static ExportParity Exported(PerceptionNetwork network, out OnnxModel model)
    {
        model = ModelExporter.Export(
            network,
            new ModelDescription
            {
                Name = "test",
                Architecture = network.Spec.ToString(),
                Input = new ModelInput(ModelExporter.InputName, 96, 64),
                Outputs = ModelExporter.Outputs(network, (0.5, 10)),
                DataSet = "generated",
                Licence = "none",
                TrainingCommit = "test",
            },
            out var parity);
        return parity;
    }

    private static TaskDescription Task(string name) => name switch
    {
        "depth" => TaskDescription.Depth,
        "normal" => TaskDescription.Normals,
        "edge" => TaskDescription.Edges,
        "sal" => TaskDescription.Saliency,
        "parts" => TaskDescription.HumanParts,
        _ => TaskDescription.Segmentation(TaskClasses.Of(int.Parse(name[3..], System.Globalization.CultureInfo.InvariantCulture))),
    };

    /// <summary>A network with non-trivial parameters whose batch norms know its activations, as if it had been trained.</summary>
    private static PerceptionNetwork Shaken(string text, IReadOnlyList<TaskDescription> tasks)
    {
        random.manual_seed(11);
        var network = PerceptionNetwork.Create(NetworkSpec.Parse(text), tasks);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var (name, value) in network.named_parameters())
        {
            if (value.shape is [3] or [3, _, 1, 1])
            {
                // Normals: short random vectors cross zero, where their direction is noise.
                value.copy_(value.dim() == 1 ? ones_like(value) : value * 0.1);
            }
            else if (name.StartsWith("backbone.mobilenet", StringComparison.Ordinal) && value.dim() == 4)
            {
                // Without batch norm the signal must not die on the way.
                nn.init.kaiming_normal_(value, nonlinearity: nn.init.NonlinearityType.ReLU);
            }
            else if (name.EndsWith("bias", StringComparison.Ordinal))
            {
                value.copy_(randn_like(value).mul(0.3));
            }
        }

        foreach (var norm in network.modules().OfType<CountingBatchNorm>())
        {
            norm.momentum = 1;
        }

        network.train();
        network.forward(rand(4, 3, 64, 96));
        network.eval();
        return network;
    }
}
