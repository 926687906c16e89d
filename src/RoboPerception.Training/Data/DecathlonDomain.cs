namespace RoboPerception.Training.Data;

/// <summary>One of the ten data sets of the Visual Decathlon (architectures.md section 2.2).</summary>
/// <param name="Name">Its folder.</param>
/// <param name="Classes">How many classes it has.</param>
/// <param name="Augmentation">How it is trained.</param>
internal sealed record DecathlonDomain(string Name, int Classes, AugmentationRule Augmentation)
{
    /// <summary>All ten in the order of the challenge.</summary>
    public static IReadOnlyList<DecathlonDomain> All { get; } =
    [
        new("imagenet12", 1000, AugmentationRule.RandomCrop),
        new("aircraft", 100, AugmentationRule.RandomCrop),
        new("cifar100", 100, AugmentationRule.RandomCrop),
        new("daimlerpedcls", 2, AugmentationRule.RandomCrop),
        new("dtd", 47, AugmentationRule.RandomCrop),
        new("gtsrb", 43, AugmentationRule.CentreCrop),
        new("omniglot", 1623, AugmentationRule.CentreCrop),
        new("svhn", 10, AugmentationRule.CentreCrop),
        new("ucf101", 101, AugmentationRule.RandomCrop),
        new("vgg-flowers", 102, AugmentationRule.RandomCrop),
    ];
}
