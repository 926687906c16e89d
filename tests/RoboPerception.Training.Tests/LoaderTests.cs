using RoboPerception.Core;
using RoboPerception.Training.Data;

namespace RoboPerception.Training.Tests;

public sealed class LoaderTests
{
    private readonly ImageSet images = MiniatureData.Set(7, 32, 32);
    private readonly Augmentation augmentation = new(32, 32);

    [Fact]
    public void An_epoch_is_every_image_once_without_the_remainder()
    {
        using var loader = new BatchLoader(images, augmentation, 3, seed: 1, epoch: 0);
        Assert.Equal([3, 3], loader.Batches().Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(0, 7), BatchLoader.Order(7, 1, 0).Order());
    }

    [Fact]
    public void The_same_seed_and_epoch_give_the_same_batches() => Assert.Equal(Collect(1, 2, 0), Collect(1, 2, 0));

    [Fact]
    public void Another_epoch_gives_other_batches() => Assert.NotEqual(Collect(1, 2, 0), Collect(1, 3, 0));

    [Fact]
    public void Starting_inside_an_epoch_gives_the_rest_of_it() => Assert.Equal(Collect(1, 2, 0).Skip(1), Collect(1, 2, 1));

    [Fact]
    public void A_set_smaller_than_a_batch_is_one_batch()
    {
        using var loader = new BatchLoader(images, augmentation, 16, seed: 1, epoch: 0);
        Assert.Equal(7, Assert.Single(loader.Batches()).Count);
    }

    [Fact]
    public void A_loader_that_is_not_read_can_be_disposed()
    {
        var loader = new BatchLoader(images, augmentation, 1, seed: 1, epoch: 0);
        loader.Dispose();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_number_of_threads_changes_nothing(int threads) => Assert.Equal(Collect(1, 2, 0), Collect(1, 2, 0, threads));

    [Fact]
    public void Images_made_on_the_fly_are_the_same_on_many_threads()
    {
        using var scenes = new SceneImages(3, 6, 32, 32);
        float[][] Rendered(int threads)
        {
            using var loader = new BatchLoader(scenes, augmentation, 2, seed: 4, epoch: 1, threads: threads);
            return [.. loader.Batches().Select(batch => batch.Images)];
        }

        Assert.Equal(Rendered(1), Rendered(3));
    }

    [Fact]
    public void A_mixed_epoch_is_the_main_set_and_a_share_of_the_other_in_turn()
    {
        var (main, company) = (MiniatureData.Set(6, 32, 32), MiniatureData.Set(5, 32, 32));
        using var mixed = new MixedImages(main, company, 0.25);
        Assert.Equal((2, 8), (mixed.CompanyCount, mixed.Count));
        int[] Shown(int epoch, int from, int count, ImageSet set) =>
            [.. Enumerable.Range(from, count).Select(place => Enumerable.Range(0, set.Count).Single(i => ReferenceEquals(set[i], mixed.Read(epoch, place))))];
        Assert.Equal(Enumerable.Range(0, 6), Shown(3, 0, 6, main));
        Assert.Equal([0, 1, 2, 3, 4, 0, 1, 2], Enumerable.Range(0, 4).SelectMany(epoch => Shown(epoch, 6, 2, company)));
    }

    [Fact]
    public void Sets_without_the_same_classes_are_not_mixed()
    {
        using var data = new MiniatureData(2);
        Directory.Move(Path.Combine(data.Folder, "seg13"), Path.Combine(data.Folder, "seg40"));
        var other = ImageSet.Load(NyuFolder.Open(data.Folder, "ids.txt", 40), 32, 32);
        var refused = Assert.Throws<UserErrorException>(() => new MixedImages(images, other, 0.5));
        Assert.Contains("40 classes", refused.Message, StringComparison.Ordinal);
        Assert.Throws<UserErrorException>(() => new MixedImages(images, images, 1));
    }

    [Fact]
    public void Streamed_images_are_those_in_memory()
    {
        using var data = new MiniatureData(4);
        var reader = NyuFolder.Open(data.Folder, "ids.txt");
        float[][] Batches(ImageSource source)
        {
            using var loader = new BatchLoader(source, augmentation, 2, seed: 1, epoch: 0, threads: 2);
            return [.. loader.Batches().Select(batch => batch.Images)];
        }

        Assert.Equal(Batches(ImageSet.Load(reader, 32, 32)), Batches(new StreamedImages(reader, 32, 32)));
    }

    [Fact]
    public void A_damaged_streamed_image_is_replaced_and_told_once_or_fatal_by_name()
    {
        using var data = new MiniatureData(4);
        File.Delete(Path.Combine(data.Folder, "seg13/0002.png"));
        var reader = NyuFolder.Open(data.Folder, "ids.txt");
        var told = new List<DamagedImage>();
        var streamed = new StreamedImages(reader, 32, 32, DamagePolicy.Skip) { Skipped = told.Add };
        Assert.Equal(streamed.Read(0, 2).Rgb, streamed.Read(0, 1).Rgb);
        Assert.Equal(streamed.Read(1, 2).Rgb, streamed.Read(1, 1).Rgb);
        Assert.Equal((1, "0002"), (Assert.Single(told).Index, told[0].Id));
        using var loader = new BatchLoader(new StreamedImages(reader, 32, 32), augmentation, 4, seed: 1, epoch: 0);
        var error = Assert.Throws<UserErrorException>(() => loader.Batches().ToArray());
        Assert.Contains("Image 1 of the list (id '0002')", error.Message, StringComparison.Ordinal);
    }

    private float[][] Collect(int seed, int epoch, int first, int threads = 1)
    {
        using var loader = new BatchLoader(images, augmentation, 3, seed, epoch, first, threads);
        return [.. loader.Batches().Select(batch => batch.Images)];
    }

    [Fact]
    public void A_batch_in_returned_memory_is_the_same_as_in_fresh_memory()
    {
        var images = MiniatureData.Set(6, 32, 32);
        var augmentation = new Augmentation(32, 32);
        using var fresh = new BatchLoader(images, augmentation, 1, seed: 1, epoch: 0);
        using var reused = new BatchLoader(images, augmentation, 1, seed: 1, epoch: 0);
        var seen = new HashSet<Batch>();
        foreach (var (expected, actual) in fresh.Batches().Zip(reused.Batches()))
        {
            Assert.Equal(expected.Images, actual.Images);
            Assert.Equal(expected.Labels, actual.Labels);
            Assert.Equal(expected.Depth, actual.Depth);
            Assert.Equal(expected.Normals, actual.Normals);
            seen.Add(actual);
            reused.Return(actual);
        }

        Assert.InRange(seen.Count, 1, 4);
    }
}
