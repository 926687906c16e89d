using RoboPerception.Core;
using RoboPerception.Training.Data;
using RoboPerception.Training.Networks;
using RoboPerception.Training.Optimisation;
using static RoboPerception.Training.Tests.ShortRuns;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("roboperception").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("equal")]
    [InlineData("uncertainty")]
    [InlineData("dwa")]
    [InlineData("gradnorm")]
    [InlineData("imtl")]
    [InlineData("famo")]
    [InlineData("dtp")]
    [InlineData("rlw")]
    [InlineData("pcgrad")]
    public void A_run_interrupted_inside_an_epoch_goes_on_along_the_same_curve(string weighting)
    {
        Assert.Equal(9, TrainWholeAndBroken(Light(Recipe(3, weighting))).Count);
    }

    [Fact]
    public void Averaged_parameters_are_the_moving_mean_of_the_steps()
    {
        using var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Single, [2, 2, 2, 2, 2]), [Tasks.TaskDescription.Depth]);
        using var averages = new AveragedWeights(network, 0.5);
        var name = network.state_dict().Keys.First();
        var live = network.state_dict()[name];
        var start = live.data<float>()[0];
        using (no_grad())
        {
            live.add_(1);
        }

        averages.Update(1000);
        using (averages.InUse())
        {
            Assert.Equal(start + 0.5f, live.data<float>()[0], 1e-6);
        }

        Assert.Equal(start + 1, live.data<float>()[0], 1e-6);
    }

    [Fact]
    public void A_run_with_averaged_parameters_goes_on_along_the_same_curve_and_average()
    {
        var recipe = Recipe(3);
        recipe = recipe with { Options = recipe.Options with { EmaDecay = 0.9 } };
        string straight = Path.Combine(folder, "whole"), broken = Path.Combine(folder, "broken");
        var whole = Train(straight, recipe, stopAfter: null);
        var first = Train(broken, recipe, stopAfter: 4);
        using (var resumed = Trainer.Resume(broken, Images, Images, CPU))
        {
            var rest = Record(resumed);
            resumed.Run();
            Assert.Equal(whole, [.. first, .. rest]);
        }

        // Validation swaps the averages in and out, which must leave no trace; the best checkpoint is for use and holds the averages.
        Assert.Equal(Weight(straight, Checkpoint.LoadNetwork), Weight(broken, Checkpoint.LoadNetwork));
        Assert.Equal(Weight(straight, Checkpoint.LoadForTraining), Weight(broken, Checkpoint.LoadForTraining));
        Assert.NotEqual(Weight(straight, Checkpoint.LoadForTraining), Weight(straight, Checkpoint.LoadNetwork));

        static float[] Weight(string run, Func<string, (PerceptionNetwork Network, TrainingState State)> load)
        {
            using var network = load(Path.Combine(run, Trainer.LastCheckpoint)).Network;
            return network.state_dict()["encoder_att.1.2.0.weight"].data<float>().ToArray();
        }
    }

    [Fact]
    public void Only_what_a_checkpoint_holds_is_lost_by_a_kill()
    {
        // A kill saves nothing: the run goes on from the end of the first epoch and repeats what came after.
        var whole = Train(Path.Combine(folder, "whole"), Recipe(2), stopAfter: null);
        var killed = Path.Combine(folder, "killed");
        var keep = Path.Combine(folder, "keep.ckpt");
        using (var trainer = Trainer.Start(killed, Recipe(2), Images, validation: null, CPU))
        {
            trainer.EpochEnded = log =>
            {
                if (log.Epoch == 1)
                {
                    File.Copy(Path.Combine(killed, Trainer.LastCheckpoint), keep);
                }
            };
            trainer.Run();
        }

        File.Copy(keep, Path.Combine(killed, Trainer.LastCheckpoint), overwrite: true);
        using var resumed = Trainer.Resume(killed, Images, validation: null, CPU);
        var rest = Record(resumed);
        resumed.Run();
        Assert.Equal(whole.Skip(3), rest);
    }

    [Fact]
    public void The_best_checkpoint_is_the_one_with_the_best_score()
    {
        using var trainer = Trainer.Start(folder, Recipe(3), Images, Images, CPU);
        var scores = new List<double>();
        trainer.EpochEnded = log => scores.Add(log.Score!.Value);
        trainer.Run();
        Assert.Equal(3, File.ReadLines(Path.Combine(folder, "log.jsonl")).Count());
        Assert.Equal(scores.Max(), Checkpoint.ReadState(Path.Combine(folder, Trainer.BestCheckpoint)).BestScore);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adamw")]
    public void Every_optimiser_with_limited_gradients_and_a_warm_up_goes_on_along_the_same_curve(string optimizer)
    {
        var recipe = Light(Recipe(3));
        recipe = recipe with { Options = recipe.Options with { Optimizer = optimizer, MaxGradientNorm = 0.5, WarmUpSteps = 5, L2Penalty = 1e-4, Schedule = "poly" } };
        TrainWholeAndBroken(recipe);
    }

    [Fact]
    public void A_run_that_gets_no_better_ends_early()
    {
        var recipe = Recipe(50);
        recipe = recipe with { Options = recipe.Options with { LearningRate = 0, Patience = 2, Augment = false } };
        using var trainer = Trainer.Start(folder, recipe, Images, Images, CPU);
        trainer.Run();
        Assert.InRange(trainer.State.Epoch, 3, 49);
    }

    [Fact]
    public void The_best_checkpoint_can_be_the_one_with_the_largest_gain()
    {
        var recipe = Recipe(3);
        recipe = recipe with { Options = recipe.Options with { Baseline = new Dictionary<string, double> { ["depth.relative_error_pooled"] = 0.5, ["segmentation.miou_pooled"] = 0.1 } } };
        using var trainer = Trainer.Start(folder, recipe, Images, Images, CPU);
        var gains = new List<double>();
        trainer.EpochEnded = log =>
        {
            gains.Add(log.Gain!.Value);
            var byHand = (((0.5 - log.Metrics["depth.relative_error_pooled"]) / 0.5) + ((log.Metrics["segmentation.miou_pooled"] - 0.1) / 0.1)) / 2;
            Assert.Equal(byHand, log.Gain.Value, 9);
        };
        trainer.Run();
        Assert.Equal(gains.Max(), Checkpoint.ReadState(Path.Combine(folder, Trainer.BestCheckpoint)).BestScore);
    }

    [Fact]
    public void One_task_alone_can_be_trained()
    {
        var recipe = Recipe(1);
        recipe = recipe with { Options = recipe.Options with { Network = "single-segnet:widths=4,4,8,8,8", Tasks = "normal" } };
        using (var trainer = Trainer.Start(folder, recipe, Images, Images, CPU))
        {
            trainer.EpochEnded = log => Assert.Equal(["normal"], log.Losses.Keys);
            trainer.Run();
        }

        using var network = Checkpoint.LoadNetwork(Path.Combine(folder, Trainer.BestCheckpoint)).Network;
        Assert.Equal("normal", network.Tasks.Single().Key);
    }

    [Theory]
    [InlineData("equal")]
    [InlineData("pcgrad")]
    [InlineData("famo")]
    public void The_number_of_tensors_is_constant_after_the_first_epoch(string weighting)
    {
        var recipe = Light(Recipe(4, weighting));
        recipe = recipe with { Options = recipe.Options with { EmaDecay = 0.9, MaxGradientNorm = 1 } };
        using var trainer = Trainer.Start(folder, recipe, Images, Images, CPU);
        var counts = new List<long>();

        // Tensors that earlier tests left to the collector would go in the middle of this one.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        trainer.EpochEnded = _ => counts.Add(Tensor.TotalCount);
        trainer.Run();
        Assert.Equal(4, counts.Count);
        Assert.Single(counts.Skip(1).Distinct());
    }

    [Fact]
    public void Four_images_are_learnt_by_heart()
    {
        // Ten times in an epoch, each of which ends with files.
        var images = new ImageSet([.. Enumerable.Range(0, 40).Select(i => MiniatureData.Scene(i % 4, 32, 32))]);
        var recipe = Recipe(20);
        recipe = recipe with { Options = recipe.Options with { Network = "split-segnet:widths=8,8,8,8,8", BatchSize = 4, LearningRate = 1e-2, Augment = false } };
        using var trainer = Trainer.Start(folder, recipe, images, validation: null, CPU);
        using var learnt = new CancellationTokenSource();
        IReadOnlyList<double> last = [];
        trainer.Stepped = report =>
        {
            last = report.Losses;
            if (last[0] < 0.05 && last[1] < 0.08 && last[2] < 0.02)
            {
                learnt.Cancel();
            }
        };
        try
        {
            trainer.Run(learnt.Token);
        }
        catch (OperationCanceledException) when (learnt.IsCancellationRequested)
        {
            // The rest of the recipe would show nothing more.
        }
        Assert.True(learnt.IsCancellationRequested, $"losses are {string.Join(", ", last)}");
    }

    [Fact]
    public void A_run_can_start_from_the_parameters_of_another()
    {
        string first = Path.Combine(folder, "first"), second = Path.Combine(folder, "second");
        Train(first, Recipe(1), stopAfter: null);
        var frozen = Recipe(1);
        frozen = frozen with { Options = frozen.Options with { LearningRate = 0, Seed = 4 } };
        using (var trainer = Trainer.Start(second, frozen, Images, validation: null, CPU))
        {
            trainer.InitialiseFrom(Path.Combine(first, Trainer.LastCheckpoint));
            trainer.Run();
        }

        const string name = "encoder_att.1.2.0.weight";
        Assert.Equal(State(first)[name], State(second)[name]);
    }

    [Theory]
    [InlineData("mtan-resnet:depth=18;stem=8;middle=8,12,12,12;head=12;dropout=off", "uncertainty")]
    [InlineData("mtinet-hrnet:channels=8,8,12,12;stage1=8;modules=1,1,1,1;blocks=1", "pcgrad")]
    [InlineData("dense-segnet:widths=4,4,8,8,8", "equal")]
    public void Training_in_bfloat16_follows_the_exact_one_and_goes_on_after_a_break(string network, string weighting)
    {
        var recipe = Recipe(3, weighting);
        recipe = recipe with { Options = recipe.Options with { Network = network, Precision = "bfloat16", Tasks = "seg,depth,normal" } };
        var exact = Train(Path.Combine(folder, "exact"), recipe with { Options = recipe.Options with { Precision = "float32" } }, stopAfter: null);
        var whole = TrainWholeAndBroken(recipe);

        // Not the same numbers, but the same way down.
        Assert.NotEqual(exact, whole);
        double[] start = Values(whole[0]), end = Values(whole[^1]);
        Assert.All(Values(exact[0]).Zip(start), pair => Assert.InRange(pair.Second, 0.9 * pair.First, 1.1 * pair.First));
        Assert.True(end.Sum() < 0.95 * start.Sum(), $"{string.Join(' ', start)} to {string.Join(' ', end)}");
        Assert.InRange(end.Sum(), 0.9 * Values(exact[^1]).Sum(), 1.1 * Values(exact[^1]).Sum());
        Assert.All(State(Path.Combine(folder, "broken")), pair => Assert.All(pair.Value, value => Assert.True(float.IsFinite(value), pair.Key)));

        static double[] Values(string losses) => [.. losses.Split(' ').Select(bits => BitConverter.Int64BitsToDouble(Convert.ToInt64(bits, 16)))];
    }

    [Fact]
    public void Parameters_of_another_network_are_refused_by_name()
    {
        Train(folder, Recipe(1), stopAfter: null);
        var other = Recipe(1);
        other = other with { Options = other.Options with { Network = "mtan-segnet:widths=4,4,4,4,4" } };
        using var trainer = Trainer.Start(Path.Combine(folder, "other"), other, Images, validation: null, CPU);
        var error = Assert.Throws<UserErrorException>(() => trainer.InitialiseFrom(Path.Combine(folder, Trainer.LastCheckpoint)));
        Assert.Contains("widths=4,4,8,8,8", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seg,depth,normal-chord", null)]
    [InlineData("seg,depth-berhu,normal", null)]
    [InlineData("seg,logdepth,normal", "the run trains seg,logdepth,normal")]
    [InlineData("seg40,depth,normal", "the run trains seg40,depth,normal")]
    [InlineData("depth,seg,normal", "the run trains depth,seg,normal")]
    public void Parameters_may_start_another_loss_but_not_another_prediction(string tasks, string? refused)
    {
        Train(folder, Recipe(1), stopAfter: null);
        var other = Recipe(1);
        other = other with { Options = other.Options with { Tasks = tasks } };
        using var trainer = Trainer.Start(Path.Combine(folder, "other"), other, Images, validation: null, CPU);
        var error = Xunit.Record.Exception(() => trainer.InitialiseFrom(Path.Combine(folder, Trainer.LastCheckpoint)));
        if (refused is null)
        {
            Assert.Null(error);
            return;
        }

        Assert.Contains(refused, Assert.IsType<UserErrorException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_by_name()
    {
        var path = Path.Combine(folder, "some.ckpt");
        using (var network = PerceptionNetwork.Create(new NetworkSpec(NetworkSpec.Mtan, [4, 4, 8, 8, 8]), Tasks.TaskDescription.NyuThree))
        {
            Checkpoint.Save(path, Recipe(1), network, optimizer: null);
        }

        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains(path, Assert.Throws<UserErrorException>(() => Checkpoint.LoadNetwork(path)).Message, StringComparison.Ordinal);
        File.WriteAllText(path, "something else");
        Assert.Contains("not a checkpoint", Assert.Throws<UserErrorException>(() => Checkpoint.ReadState(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_older_version_did_not_write_has_its_default()
    {
        var path = Path.Combine(folder, "old.ckpt");
        CheckpointFile.Write(path, "RPCKPT01"u8, block => block.Write("""{"options":{"network":"mtan-segnet","height":64,"width":96,"seed":7},"epoch":3}"""u8));
        var state = Checkpoint.ReadState(path);
        Assert.Equal(3, state.Epoch);
        Assert.Equal(new TrainingOptions { Network = "mtan-segnet", Height = 64, Width = 96, Seed = 7 }, state.Options);
        Assert.Equal(("float32", 1, "adam", true), (state.Options.Precision, state.Options.ImageScale, state.Options.Optimizer, state.Options.ColourJitter));
    }

    [Fact]
    public void Views_may_keep_the_colours_of_their_images()
    {
        var recipe = Recipe(1);
        recipe = recipe with { Options = recipe.Options with { Zooms = [1] } };
        var changed = Train(Path.Combine(folder, "a"), recipe, stopAfter: null);
        var kept = Train(Path.Combine(folder, "b"), recipe with { Options = recipe.Options with { ColourJitter = false } }, stopAfter: null);
        var still = Train(Path.Combine(folder, "c"), recipe with { Options = recipe.Options with { Augment = false } }, stopAfter: null);
        Assert.Equal(3, new[] { changed[0], kept[0], still[0] }.Distinct().Count());
    }

    [Fact]
    public void A_checkpoint_for_use_cannot_be_resumed()
    {
        using (var trainer = Trainer.Start(folder, Recipe(1), Images, Images, CPU))
        {
            trainer.Run();
        }

        File.Copy(Path.Combine(folder, Trainer.BestCheckpoint), Path.Combine(folder, Trainer.LastCheckpoint), overwrite: true);
        var error = Assert.Throws<UserErrorException>(() => Trainer.Resume(folder, Images, validation: null, CPU));
        Assert.Contains("without optimiser state", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A recipe on a network of several tasks whose step costs a third: what weightings, optimisers and the trainer itself do is the same.</summary>
    private static TrainingState Light(TrainingState recipe) => recipe with { Options = recipe.Options with { Network = "split-segnet:widths=4,4,8,8,8" } };

    /// <summary>Trains a run in one go and another with a break inside an epoch, which must go the same way; returns its losses.</summary>
    private List<string> TrainWholeAndBroken(TrainingState recipe)
    {
        var whole = Train(Path.Combine(folder, "whole"), recipe, stopAfter: null);
        var broken = Path.Combine(folder, "broken");
        var first = Train(broken, recipe, stopAfter: 4);
        using var resumed = Trainer.Resume(broken, Images, validation: null, CPU);
        var rest = Record(resumed);
        resumed.Run();
        Assert.Equal(whole, [.. first, .. rest]);
        return whole;
    }

    private static List<string> Train(string folder, TrainingState recipe, int? stopAfter)
    {
        using var trainer = Trainer.Start(folder, recipe, Images, validation: null, CPU);
        using var stop = new CancellationTokenSource();
        var losses = Record(trainer, count =>
        {
            if (count == stopAfter)
            {
                stop.Cancel();
            }
        });
        if (stopAfter is null)
        {
            trainer.Run();
        }
        else
        {
            Assert.Throws<OperationCanceledException>(() => trainer.Run(stop.Token));
        }

        return losses;
    }

    /// <summary>The losses of every step, bit by bit.</summary>
    private static List<string> Record(Trainer trainer, Action<int>? after = null)
    {
        var losses = new List<string>();
        trainer.Stepped = report =>
        {
            losses.Add(string.Join(' ', report.Losses.Select(loss => BitConverter.DoubleToInt64Bits(loss).ToString("X16", null))));
            after?.Invoke(losses.Count);
        };
        return losses;
    }
}
